"""The admin endpoint: reset, clock, provisioning, health; and what survives a restart."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from azure.cosmos.aio import ContainerProxy, CosmosClient
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from localcloud.cosmos.server import CosmosServer
from localcloud.wellknown import COSMOS_KEY
from tests.integration.cosmos.test_items import everything


@pytest.fixture
async def admin(server: CosmosServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(f"http://localhost:{server.port}/_localcloud/") as session:
        yield session


async def post(admin: aiohttp.ClientSession, path: str, body: Any = None) -> tuple[int, Any]:
    content = None if body is None else json.dumps(body)
    async with admin.post(path, data=content) as answer:
        return answer.status, await answer.json()


async def test_a_reset_empties_containers_and_known_clients_go_on(
    admin: aiohttp.ClientSession, items: ContainerProxy
) -> None:
    await items.create_item({"id": "1", "pk": "a"})
    before = await items.read()

    assert await post(admin, "reset") == (200, {"reset": ["shop"]})

    after = await items.read()
    assert after["_rid"] != before["_rid"]
    assert after["defaultTtl"] == before["defaultTtl"] == -1
    assert await everything(items) == []
    await items.create_item({"id": "1", "pk": "a", "n": 2})
    assert (await items.read_item("1", "a"))["_self"].startswith(after["_self"])


async def test_a_reset_of_one_database_leaves_the_others(
    admin: aiohttp.ClientSession, client: CosmosClient, items: ContainerProxy
) -> None:
    await items.create_item({"id": "1", "pk": "a"})
    await client.create_database("other")
    assert await post(admin, "reset", {"database": "other"}) == (200, {"reset": ["other"]})
    assert await everything(items) == [{"id": "1", "pk": "a"}]
    assert (await post(admin, "reset", {"database": "none"}))[0] == 404
    assert (await post(admin, "reset", {"database": 1}))[0] == 400


async def test_the_clock_moves_forward(admin: aiohttp.ClientSession, items: ContainerProxy) -> None:
    await items.create_item({"id": "1", "pk": "a", "ttl": 3600})
    assert (await post(admin, "clock", {"advanceSeconds": 3601}))[0] == 200
    assert await everything(items) == []


@pytest.mark.parametrize("seconds", [-1, None, "1", True, 1e300])
async def test_the_clock_moves_by_numbers_only(
    admin: aiohttp.ClientSession, server: CosmosServer, seconds: Any
) -> None:
    before = server.store.now()
    status, answer = await post(admin, "clock", {"advanceSeconds": seconds})
    assert (status, "advanceSeconds" in answer["message"]) == (400, True)
    assert (server.store.now() - before).total_seconds() < 60


async def test_provisioning_creates_what_is_missing_and_nothing_twice(
    admin: aiohttp.ClientSession, items: ContainerProxy, pytestconfig: pytest.Config
) -> None:
    await items.create_item({"id": "1", "pk": "a"})
    wanted = json.loads((pytestconfig.rootpath / "infra" / "resources.json").read_text())["cosmos"]
    names = [f"shop/{container['id']}" for container in wanted["databases"][0]["containers"]]

    assert await post(admin, "provision", wanted) == (200, {"created": names})
    assert await post(admin, "provision", wanted) == (200, {"created": []})
    assert await everything(items) == [{"id": "1", "pk": "a"}]


@pytest.mark.parametrize(
    "wanted",
    [
        {"databases": {}},
        {"database": []},
        {"databases": [{"id": "a/b"}]},
        {"databases": [{"id": "other", "containers": [{"id": "x"}]}]},
        [],
    ],
)
async def test_descriptions_that_are_none(admin: aiohttp.ClientSession, wanted: Any) -> None:
    assert (await post(admin, "provision", wanted))[0] == 400


async def test_health(admin: aiohttp.ClientSession, items: ContainerProxy) -> None:
    assert items.id == "items"
    async with admin.get("health") as answer:
        assert await answer.json() == {"status": "ok", "databases": 1, "containers": 1}


async def test_web_pages_are_kept_out(admin: aiohttp.ClientSession, items: ContainerProxy) -> None:
    await items.create_item({"id": "1", "pk": "a"})
    async with admin.post("reset", headers={"Origin": "http://evil.example"}) as answer:
        assert answer.status == 403
    assert await everything(items) == [{"id": "1", "pk": "a"}]


async def test_a_restart_keeps_everything(tmp_path: Path) -> None:
    async def with_server(use: Any) -> Any:
        server = CosmosServer(tmp_path)
        await server.start()
        try:
            async with CosmosClient(f"http://localhost:{server.port}", COSMOS_KEY) as client:
                return await use(client)
        finally:
            await server.stop()

    async def write(client: CosmosClient) -> Any:
        database = await client.create_database("shop")
        key: Any = {"paths": ["/pk"], "kind": "Hash", "version": 2}
        items = await database.create_container("items", key, default_ttl=1000, offer_throughput=700)
        await items.create_item({"id": "gone", "pk": "a"})
        await items.delete_item("gone", "a")
        return await items.read(), await items.create_item({"id": "1", "pk": "a"})

    async def read(client: CosmosClient) -> Any:
        items = client.get_database_client("shop").get_container_client("items")
        with pytest.raises(CosmosResourceNotFoundError):
            await items.read_item("gone", "a")
        throughput = (await items.get_throughput()).offer_throughput
        return (await items.read(), await items.read_item("1", "a")), throughput

    before = await with_server(write)
    assert await with_server(read) == (before, 700)
