"""Which requests a rule hits, and how often."""

import asyncio

import pytest

from localcloud.cosmos.faults import FaultRules

REQUEST = ("GET", "/dbs/shop/colls/items/docs/1", "read", "items", '["a"]')


async def hit(faults: FaultRules, request: tuple[str, str, str, str | None, str | None] = REQUEST) -> int | None:
    """The status of the fault for a request."""
    fault = await faults.intercept(*request)
    return None if fault is None or fault.error is None else fault.error.status


@pytest.mark.parametrize(
    ("condition", "hits"),
    [
        ({}, True),
        ({"method": "get"}, True),
        ({"method": "PUT"}, False),
        ({"operation": "read"}, True),
        ({"operation": "query"}, False),
        ({"container": "items"}, True),
        ({"container": "item"}, False),
        ({"path": "docs/1$"}, True),
        ({"path": "^/docs"}, False),
        ({"partitionKey": "a"}, True),
        ({"partitionKey": "b"}, False),
        ({"method": "GET", "partitionKey": "b"}, False),
    ],
)
async def test_conditions(condition: dict[str, object], hits: bool) -> None:
    faults = FaultRules()
    faults.add({"status": 503, **condition})
    assert await hit(faults) == (503 if hits else None)
    assert faults.list()[0]["hits"] == int(hits)


async def test_keys_compare_as_the_service_compares_them() -> None:
    faults = FaultRules()
    faults.add({"status": 503, "partitionKey": 1})
    assert await hit(faults, (*REQUEST[:4], "[1.0]")) == 503
    for header in ('["1"]', "[true]", "[]", "nonsense", None):
        assert await hit(faults, (*REQUEST[:4], header)) is None


async def test_a_rule_is_used_up_and_the_next_one_follows() -> None:
    faults = FaultRules()
    faults.add({"status": 429, "count": 2})
    faults.add({"status": 503, "count": 1})
    assert [await hit(faults) for _ in range(4)] == [429, 429, 503, None]
    assert [rule["hits"] for rule in faults.list()] == [2, 1]


async def test_probability() -> None:
    chances = iter([0.0, 0.29, 0.3, 0.99])
    faults = FaultRules(lambda: next(chances))
    faults.add({"status": 429, "probability": 0.3})
    assert [await hit(faults) for _ in range(4)] == [429, 429, None, None]


async def test_throttling_has_its_substatus_and_header() -> None:
    faults = FaultRules()
    faults.add({"status": 429, "retryAfterMs": 25})
    fault = await faults.intercept(*REQUEST)
    assert fault is not None
    assert fault.error is not None
    assert (fault.error.substatus, fault.error.headers) == (3200, {"x-ms-retry-after-ms": "25"})


async def test_requests_at_the_same_time_never_exceed_the_count() -> None:
    faults = FaultRules()
    faults.add({"status": 503, "count": 3, "delayMs": 1})
    statuses = await asyncio.gather(*(hit(faults) for _ in range(10)))
    assert sorted(statuses, key=str) == [503] * 3 + [None] * 7


async def test_clearing_one_and_all() -> None:
    faults = FaultRules()
    first, second = faults.add({"status": 503}), faults.add({"drop": "before"})
    assert (first["id"], second["id"]) == (1, 2)
    assert (faults.clear(1), faults.clear(1)) == (1, 0)
    assert faults.list() == [{"id": 2, "hits": 0, "drop": "before"}]
    assert faults.clear() == 1
    assert faults.list() == []
