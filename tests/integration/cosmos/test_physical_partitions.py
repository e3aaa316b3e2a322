"""A container with several physical partitions: as many as its first throughput needs."""

from pathlib import Path
from typing import Any

import pytest
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, CosmosClient, DatabaseProxy

from localcloud.cosmos.server import CosmosServer
from localcloud.wellknown import COSMOS_KEY

COUNT = 60


@pytest.fixture
async def wide(database: DatabaseProxy) -> ContainerProxy:
    """Three partitions, sixty items with keys of their own."""
    wide = await database.create_container("wide", PartitionKey("/id"), offer_throughput=30_000)
    for number in range(COUNT):
        await wide.create_item({"id": str(number), "n": number})
    return wide


async def _changes(container: ContainerProxy, **options: Any) -> list[int]:
    feed = container.query_items_change_feed(start_time="Beginning", **options)
    return [one["n"] async for one in feed]


async def test_there_is_one_for_every_10000_request_units(database: DatabaseProxy, wide: ContainerProxy) -> None:
    assert len([one async for one in wide.read_feed_ranges()]) == 3
    narrow = await database.create_container("narrow", PartitionKey("/id"), offer_throughput=10_000)
    assert len([one async for one in narrow.read_feed_ranges()]) == 1


async def test_they_share_the_items(wide: ContainerProxy) -> None:
    ranges = [one async for one in wide.read_feed_ranges()]
    shares = [await _changes(wide, feed_range=one) for one in ranges]
    assert all(len(share) > COUNT // 6 for share in shares)
    assert sorted(n for share in shares for n in share) == list(range(COUNT))
    for number, share in enumerate(shares):
        header = {"x-ms-documentdb-partitionkeyrangeid": str(number)}
        assert await _changes(wide, partition_key_range_id=str(number), headers=header) == share


async def test_the_feed_of_all_is_complete(wide: ContainerProxy) -> None:
    assert sorted(await _changes(wide)) == list(range(COUNT))
    assert sorted(await _changes(wide, max_item_count=7)) == list(range(COUNT))
    assert await _changes(wide, partition_key="17") == [17]


async def test_queries_see_all_of_them(wide: ContainerProxy) -> None:
    async def ask(query: str, **options: Any) -> list[Any]:
        return [one async for one in wide.query_items(query, **options)]

    assert await ask("SELECT VALUE c.n FROM c ORDER BY c.n DESC OFFSET 2 LIMIT 3") == [57, 56, 55]
    assert await ask("SELECT VALUE COUNT(1) FROM c") == [COUNT]
    assert sorted(await ask("SELECT VALUE c.n FROM c", max_item_count=7)) == list(range(COUNT))
    assert await ask("SELECT VALUE c.n FROM c", partition_key="5") == [5]
    assert sorted([one["n"] async for one in wide.read_all_items(max_item_count=7)]) == list(range(COUNT))
    found = await wide.read_items([(str(number), str(number)) for number in range(10)])
    assert sorted(one["n"] for one in found) == list(range(10))


async def test_writes_and_reads_keep_their_session(wide: ContainerProxy) -> None:
    await wide.patch_item("5", "5", [{"op": "set", "path": "/n", "value": -5}])
    assert (await wide.read_item("5", "5"))["n"] == -5


async def test_they_stay_through_a_restart_and_another_throughput(
    server: CosmosServer, wide: ContainerProxy, tmp_path: Path
) -> None:
    await wide.replace_throughput(400)
    await server.stop()
    again = CosmosServer(tmp_path)
    await again.start()
    try:
        async with CosmosClient(f"http://localhost:{again.port}", COSMOS_KEY) as client:
            container = client.get_database_client("shop").get_container_client("wide")
            assert len([one async for one in container.read_feed_ranges()]) == 3
            assert sorted(await _changes(container)) == list(range(COUNT))
    finally:
        await again.stop()
