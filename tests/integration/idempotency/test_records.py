"""Idempotency records: one first answer, one id, whatever crashes in between."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from localcloud.clock import VirtualClock
from localcloud.testing.cloud import Cloud
from shared.clients import close_clients, container
from shared.idempotency import (
    Claim,
    IdempotencyRecords,
    KeyReusedError,
    RequestInFlightError,
    StoredAnswer,
    fingerprint,
)

BODY = fingerprint({"a": 1})


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def records(
    cloud: Cloud, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[IdempotencyRecords]:
    for name, value in cloud.settings.items():
        monkeypatch.setenv(name, value)
    yield IdempotencyRecords(container("requests"), clock.now)
    await close_clients()


async def _claim(records: IdempotencyRecords, *, scope: str = "u1 POST /orders", body: str = BODY) -> Claim:
    claim = await records.claim(scope=scope, key="k1", body=body)
    assert isinstance(claim, Claim)
    return claim


async def test_the_first_answer_is_given_again(records: IdempotencyRecords) -> None:
    claim = await _claim(records)
    await records.complete(claim, {"order": {"id": claim.resource_id}}, {"Location": "/x"})
    again = await records.claim(scope="u1 POST /orders", key="k1", body=BODY)
    assert again == StoredAnswer({"order": {"id": claim.resource_id}}, {"Location": "/x"})


async def test_a_key_belongs_to_one_user_and_route(records: IdempotencyRecords) -> None:
    first, other = await _claim(records), await _claim(records, scope="u2 POST /orders")
    assert first.resource_id != other.resource_id


async def test_another_body_is_refused(records: IdempotencyRecords) -> None:
    await _claim(records)
    with pytest.raises(KeyReusedError):
        await _claim(records, body=fingerprint({"a": 2}))


async def test_the_lock_holds_30_seconds_and_the_next_try_gets_the_same_id(
    records: IdempotencyRecords, clock: VirtualClock
) -> None:
    first = await _claim(records)
    clock.advance(timedelta(seconds=30, microseconds=-1))
    with pytest.raises(RequestInFlightError):
        await _claim(records)
    clock.advance(timedelta(microseconds=1))
    second = await _claim(records)
    assert (first.taken_over, second.taken_over) == (False, True)
    assert second.resource_id == first.resource_id
    with pytest.raises(RequestInFlightError):
        await _claim(records)


async def test_of_many_tries_after_a_crash_one_takes_over(records: IdempotencyRecords, clock: VirtualClock) -> None:
    first = await _claim(records)
    clock.advance(timedelta(seconds=31))
    tries = await asyncio.gather(*(_claim(records) for _ in range(8)), return_exceptions=True)
    claims = [found for found in tries if isinstance(found, Claim)]
    assert [claim.resource_id for claim in claims] == [first.resource_id]
    assert sum(isinstance(found, RequestInFlightError) for found in tries) == 7


async def test_taking_over_succeeds_though_its_answer_is_lost(
    cloud: Cloud, records: IdempotencyRecords, clock: VirtualClock
) -> None:
    first = await _claim(records)
    clock.advance(timedelta(seconds=31))
    with cloud.faults.cosmos(operation="replace", drop="after", count=1):
        second = await _claim(records)
    assert (second.taken_over, second.resource_id) == (True, first.resource_id)
    await records.complete(second, {"by": "second"}, {})
    assert await records.claim(scope="u1 POST /orders", key="k1", body=BODY) == StoredAnswer({"by": "second"}, {})


async def test_a_slow_first_try_doesnt_overwrite_the_one_that_took_over(
    records: IdempotencyRecords, clock: VirtualClock
) -> None:
    slow = await _claim(records)
    clock.advance(timedelta(seconds=31))
    await records.complete(await _claim(records), {"by": "second"}, {})
    await records.complete(slow, {"by": "first"}, {})
    await records.release(slow)
    again = await records.claim(scope="u1 POST /orders", key="k1", body=BODY)
    assert again == StoredAnswer({"by": "second"}, {})


async def test_a_released_key_is_free(records: IdempotencyRecords) -> None:
    first = await _claim(records)
    await records.release(first)
    second = await _claim(records, body=fingerprint({"a": 2}))
    assert (second.taken_over, second.resource_id != first.resource_id) == (False, True)
