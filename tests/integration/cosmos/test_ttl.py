"""Time to live, with the stand-in's clock moved."""

from datetime import timedelta
from typing import Any

import pytest
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, DatabaseProxy
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from localcloud.cosmos.server import CosmosServer
from tests.integration.cosmos.raw import DOCS, RawClient
from tests.integration.cosmos.test_items import content, everything


async def ids(items: ContainerProxy) -> list[str]:
    return [item["id"] for item in await everything(items)]


async def test_what_has_expired_is_gone_for_every_purpose(items: ContainerProxy, server: CosmosServer) -> None:
    await items.create_item({"id": "short", "pk": "a", "ttl": 60})
    await items.create_item({"id": "long", "pk": "a"})

    server.store.advance(timedelta(seconds=61))

    operations = (
        lambda: items.read_item("short", "a"),
        lambda: items.replace_item("short", {"id": "short", "pk": "a"}),
        lambda: items.patch_item("short", "a", [{"op": "set", "path": "/n", "value": 1}]),
        lambda: items.delete_item("short", "a"),
    )
    for operation in operations:
        with pytest.raises(CosmosResourceNotFoundError):
            await operation()
    assert await ids(items) == ["long"]
    found: list[Any] = [one async for one in items.query_items("SELECT VALUE c.id FROM c")]
    assert found == ["long"]
    again = await items.create_item({"id": "short", "pk": "a", "n": 2})
    assert content(await items.read_item("short", "a")) == {"id": "short", "pk": "a", "n": 2} == content(again)


async def test_a_write_starts_the_time_anew(items: ContainerProxy, server: CosmosServer) -> None:
    await items.create_item({"id": "1", "pk": "a", "ttl": 60})
    server.store.advance(timedelta(seconds=40))
    await items.patch_item("1", "a", [{"op": "set", "path": "/n", "value": 1}])
    server.store.advance(timedelta(seconds=40))
    assert await ids(items) == ["1"]
    server.store.advance(timedelta(seconds=21))
    assert await ids(items) == []


async def test_the_containers_default_and_the_items_own_time(database: DatabaseProxy, server: CosmosServer) -> None:
    items = await database.create_container("defaulted", PartitionKey("/pk"), default_ttl=100)
    for item_id, ttl in (("default", {}), ("longer", {"ttl": 200}), ("for ever", {"ttl": -1})):
        await items.create_item({"id": item_id, "pk": "a", **ttl})
    server.store.advance(timedelta(seconds=101))
    assert await ids(items) == ["longer", "for ever"]
    server.store.advance(timedelta(seconds=100))
    assert await ids(items) == ["for ever"]


async def test_without_a_default_nobody_looks_at_ttl_until_there_is_one(
    database: DatabaseProxy, server: CosmosServer
) -> None:
    key = PartitionKey("/pk")
    items = await database.create_container("plain", key)
    for item_id, ttl in (("short", 60), ("odd", "soon"), ("for ever", -1)):
        await items.create_item({"id": item_id, "pk": "a", "ttl": ttl})
    server.store.advance(timedelta(seconds=1000))
    assert await ids(items) == ["short", "odd", "for ever"]

    await database.replace_container("plain", key, default_ttl=2000)
    assert await ids(items) == ["odd", "for ever"]
    server.store.advance(timedelta(seconds=1001))
    assert await ids(items) == ["for ever"]


@pytest.mark.parametrize("ttl", [0, -2, None, "60", 1.5, True, 2**31])
async def test_times_that_are_none(raw: RawClient, items: ContainerProxy, ttl: Any) -> None:
    answer = await raw.send("POST", DOCS, {"id": "1", "pk": "a", "ttl": ttl}, pk='["a"]')
    assert answer.status == 400
    assert await everything(items) == []
