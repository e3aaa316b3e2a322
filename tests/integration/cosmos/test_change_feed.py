"""The change feed as the Python SDK reads it, in all its forms."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.cosmos import CosmosClient as SyncCosmosClient
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosHttpResponseError

from localcloud.cosmos.server import CosmosServer
from localcloud.wellknown import COSMOS_KEY

# The older of the two ways to say the same are asked for as well.
pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated. Please pass in:DeprecationWarning")


class Feed:
    """Reads a feed page by page, noting each page's ids and the position after it."""

    def __init__(self, items: ContainerProxy) -> None:
        self._items = items
        self.position: str | None = None

    async def pages(self, **options: Any) -> list[list[str]]:
        pages = self._items.query_items_change_feed(**options).by_page()
        found = [[str(one["id"]) async for one in page] async for page in pages]
        self.position = self._items.client_connection.last_response_headers["etag"]
        return found

    async def ids(self, **options: Any) -> list[str]:
        return [one for page in await self.pages(**options) for one in page]

    async def on(self, **options: Any) -> list[str]:
        """What came since the last page."""
        return await self.ids(continuation=self.position, **options)


@pytest.fixture
def feed(items: ContainerProxy) -> Feed:
    return Feed(items)


async def _write(items: ContainerProxy, *ids: str, pk: str = "a") -> None:
    for one in ids:
        await items.upsert_item({"id": one, "pk": pk})


async def test_the_beginning_gives_every_item_once_where_it_changed_last(items: ContainerProxy, feed: Feed) -> None:
    await _write(items, "1", "2", "3")
    await _write(items, "1")
    await items.delete_item("2", "a")
    assert await feed.ids(start_time="Beginning") == ["3", "1"]
    assert await feed.ids(is_start_from_beginning=True) == ["3", "1"]


async def test_documents_are_whole_and_say_where_they_were_committed(items: ContainerProxy) -> None:
    await _write(items, "1", "2")
    stored = await items.read_item("2", "a")
    found = [one async for one in items.query_items_change_feed(start_time="Beginning")]
    assert [one["_lsn"] for one in found] == [1, 2]
    assert found[1] == {**stored, "_lsn": 2}


async def test_a_read_after_the_feed_shows_no_lsn(items: ContainerProxy) -> None:
    await _write(items, "1")
    [found] = [one async for one in items.query_items_change_feed(start_time="Beginning")]
    assert "_lsn" in found
    assert "_lsn" not in await items.read_item("1", "a")


@pytest.mark.parametrize("start", [{}, {"start_time": "Now"}])
async def test_now_gives_only_what_follows(items: ContainerProxy, feed: Feed, start: dict[str, Any]) -> None:
    await _write(items, "old")
    assert await feed.ids(**start) == []
    await _write(items, "new")
    assert await feed.on() == ["new"]
    assert await feed.on() == []


async def test_a_time_gives_what_was_written_since(server: CosmosServer, items: ContainerProxy, feed: Feed) -> None:
    await _write(items, "old")
    server.store.advance(timedelta(hours=2))
    await _write(items, "new", "newer")
    # the SDK itself can't read back the continuation of a start time: it takes its milliseconds for seconds
    assert await feed.pages(start_time=datetime.now(UTC) + timedelta(hours=1), max_item_count=1) == [["new"], ["newer"]]
    assert await feed.ids(start_time=datetime.now(UTC) + timedelta(hours=3)) == []


async def test_pages_follow_each_other_without_gap_or_repetition(items: ContainerProxy, feed: Feed) -> None:
    await _write(items, *"12345")
    assert await feed.pages(start_time="Beginning", max_item_count=2) == [["1", "2"], ["3", "4"], ["5"]]


async def test_a_page_never_ends_inside_a_batch(items: ContainerProxy, feed: Feed) -> None:
    await _write(items, "0")
    await items.execute_item_batch([("upsert", ({"id": str(n), "pk": "a"},)) for n in range(1, 6)], "a")
    await _write(items, "6")
    pages = await feed.pages(start_time="Beginning", max_item_count=2)
    assert pages == [["0", "1", "2", "3", "4", "5"], ["6"]]


async def test_one_logical_partition(items: ContainerProxy, feed: Feed) -> None:
    await _write(items, "1", "2", pk="a")
    await _write(items, "3", pk="b")
    assert await feed.ids(start_time="Beginning", partition_key="b") == ["3"]
    await _write(items, "4", pk="a")
    await _write(items, "5", pk="b")
    assert await feed.on() == ["5"]
    assert await feed.ids(start_time="Beginning", partition_key="nobody's") == []


async def test_one_feed_range(items: ContainerProxy, feed: Feed) -> None:
    await _write(items, "1", "2")
    [whole] = [one async for one in items.read_feed_ranges()]
    assert await feed.ids(start_time="Beginning", feed_range=whole) == ["1", "2"]
    narrow = await items.feed_range_from_partition_key("a")
    await _write(items, "3", pk="b")
    assert await feed.ids(start_time="Beginning", feed_range=narrow) == ["1", "2"]


async def test_one_physical_partition_with_plain_etags_as_positions(items: ContainerProxy, feed: Feed) -> None:
    await _write(items, "1", "2")
    assert await feed.ids(start_time="Beginning", partition_key_range_id="0") == ["1", "2"]
    assert feed.position == '"2"'
    await _write(items, "3")
    assert await feed.ids(partition_key_range_id="0", continuation='"2"') == ["3"]


async def test_expired_items_do_not_appear(server: CosmosServer, items: ContainerProxy, feed: Feed) -> None:
    await items.create_item({"id": "short", "pk": "a", "ttl": 5})
    await _write(items, "long")
    server.store.advance(timedelta(seconds=6))
    assert await feed.ids(start_time="Beginning") == ["long"]


async def test_all_versions_and_deletes_are_refused_by_name(items: ContainerProxy, feed: Feed) -> None:
    with pytest.raises(CosmosHttpResponseError, match="Full-Fidelity Feed") as refusal:
        await feed.ids(mode="AllVersionsAndDeletes")
    assert refusal.value.status_code == 400


async def test_the_sync_client(server: CosmosServer, items: ContainerProxy) -> None:
    await _write(items, "1", "2")

    def read() -> list[list[str]]:
        with SyncCosmosClient(f"http://localhost:{server.port}", COSMOS_KEY) as client:
            container = client.get_database_client("shop").get_container_client("items")
            options: list[dict[str, Any]] = [
                {"start_time": "Beginning"},
                {"start_time": "Beginning", "partition_key": "a"},
                {"start_time": "Beginning", "partition_key_range_id": "0"},
                {"start_time": "Now"},
                {"start_time": datetime.now(UTC) - timedelta(hours=1)},
            ]
            return [[one["id"] for one in container.query_items_change_feed(**option)] for option in options]

    assert await asyncio.to_thread(read) == [["1", "2"], ["1", "2"], ["1", "2"], [], ["1", "2"]]


async def test_writers_at_work_lose_nothing(items: ContainerProxy, feed: Feed) -> None:
    seen: list[str] = []
    assert await feed.ids() == []
    writers = [asyncio.create_task(_write(items, *(f"{w}-{n}" for n in range(20)), pk=str(w))) for w in range(4)]
    while not all(writer.done() for writer in writers):
        seen += await feed.on(max_item_count=3)
    seen += await feed.on()
    assert sorted(seen) == sorted(f"{w}-{n}" for w in range(4) for n in range(20))
    for w in range(4):  # the order of each writer is kept
        assert [one for one in seen if one.startswith(f"{w}-")] == [f"{w}-{n}" for n in range(20)]
