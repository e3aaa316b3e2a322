"""Real hosts for small apps beside the Cosmos DB stand-in."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, CosmosClient, DatabaseProxy

from localcloud.cosmos.server import CosmosServer
from localcloud.wellknown import COSMOS_KEY
from tests.integration.hosts import Calls, RunningHost

Status = Callable[[RunningHost], Awaitable[str]]


@pytest.fixture(autouse=True)  # started before the host, so stopped after it
async def server(tmp_path: Path) -> AsyncIterator[CosmosServer]:
    server = CosmosServer(tmp_path / "cosmos")
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def database(server: CosmosServer) -> AsyncIterator[DatabaseProxy]:
    async with CosmosClient(f"http://localhost:{server.port}", COSMOS_KEY) as client:
        yield await client.create_database("shop")


@pytest.fixture
async def items(database: DatabaseProxy) -> ContainerProxy:
    return await database.create_container("items", PartitionKey("/pk"))


@pytest.fixture
def status() -> Status:
    """`/admin/functions/feed/status` of a host."""

    async def ask(host: RunningHost) -> str:
        headers = {"x-functions-key": host.host.master_key}
        return (await host.get("/admin/functions/feed/status", headers=headers))[1]

    return ask


@pytest.fixture
def settings(server: CosmosServer, calls: Calls) -> dict[str, str]:
    connection = f"AccountEndpoint=http://localhost:{server.port}/;AccountKey={COSMOS_KEY};"
    return {"CosmosDB": connection, "CALLS": str(calls.path)}
