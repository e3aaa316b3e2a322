"""Many clients on the same items: every condition is decided once."""

import asyncio
from collections import Counter
from typing import Any

from azure.core import MatchConditions
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosAccessConditionFailedError, CosmosHttpResponseError

STOCK = 300
BUYERS, ATTEMPTS_EACH = 32, 20


async def _decrement(items: ContainerProxy) -> int:
    """0 when one was taken, else the status of the refusal."""
    operations = [{"op": "incr", "path": "/available", "value": -1}]
    try:
        await items.patch_item("mug", "p", operations, filter_predicate="FROM c WHERE c.available > 0")
    except CosmosHttpResponseError as refusal:
        return int(refusal.status_code or 0)
    return 0


async def test_conditional_decrements_never_oversell(items: ContainerProxy) -> None:
    await items.create_item({"id": "mug", "pk": "p", "available": STOCK})

    async def buyer() -> list[int]:
        return [await _decrement(items) for _ in range(ATTEMPTS_EACH)]

    outcomes = Counter(status for one in await asyncio.gather(*(buyer() for _ in range(BUYERS))) for status in one)

    assert outcomes == {0: STOCK, 412: BUYERS * ATTEMPTS_EACH - STOCK}
    assert (await items.read_item("mug", "p"))["available"] == 0


async def test_increments_guarded_by_etag_are_all_counted(items: ContainerProxy) -> None:
    await items.create_item({"id": "counter", "pk": "p", "n": 0})

    async def increment() -> None:
        while True:
            present = await items.read_item("counter", "p")
            changed = {**present, "n": present["n"] + 1}
            try:
                await items.replace_item(
                    "counter", changed, etag=present["_etag"], match_condition=MatchConditions.IfNotModified
                )
            except CosmosAccessConditionFailedError:
                continue
            else:
                return

    await asyncio.gather(*(increment() for _ in range(20)))

    assert (await items.read_item("counter", "p"))["n"] == 20


async def test_of_many_creates_with_one_id_exactly_one_succeeds(items: ContainerProxy) -> None:
    async def create(number: int) -> int:
        try:
            await items.create_item({"id": "order", "pk": "p", "by": number})
        except CosmosHttpResponseError as refusal:
            return int(refusal.status_code or 0)
        return 201

    outcomes = Counter(await asyncio.gather(*(create(number) for number in range(30))))

    assert outcomes == {201: 1, 409: 29}


async def test_a_batch_is_seen_whole_or_not_at_all(items: ContainerProxy) -> None:
    await items.create_item({"id": "left", "pk": "p", "n": 0})
    await items.create_item({"id": "right", "pk": "p", "n": 0})
    move = [("patch", (side, [{"op": "incr", "path": "/n", "value": by}])) for side, by in (("left", -1), ("right", 1))]
    done = asyncio.Event()

    async def moves() -> None:
        await asyncio.gather(*(items.execute_item_batch(move, partition_key="p") for _ in range(30)))
        done.set()

    async def totals() -> set[Any]:
        seen: set[Any] = set()
        while not done.is_set():
            query = "SELECT VALUE SUM(c.n) FROM c"
            seen |= {total async for total in items.query_items(query, partition_key="p")}
        return seen

    _, seen = await asyncio.gather(moves(), totals())

    assert seen == {0}
    assert (await items.read_item("right", "p"))["n"] == 30
