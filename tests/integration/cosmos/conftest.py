"""The stand-in in the test's process, the unmodified SDK in front of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, CosmosClient, DatabaseProxy

from localcloud.cosmos.server import CosmosServer
from localcloud.wellknown import COSMOS_KEY
from tests.integration.cosmos.raw import RawClient


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[CosmosServer]:
    server = CosmosServer(tmp_path)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def client(server: CosmosServer) -> AsyncIterator[CosmosClient]:
    async with CosmosClient(f"http://localhost:{server.port}", COSMOS_KEY) as client:
        yield client


@pytest.fixture
async def database(client: CosmosClient) -> DatabaseProxy:
    return await client.create_database("shop")


@pytest.fixture
async def items(database: DatabaseProxy) -> ContainerProxy:
    """A container partitioned by /pk that honours ttl."""
    return await database.create_container("items", PartitionKey("/pk"), default_ttl=-1)


@pytest.fixture
async def raw(server: CosmosServer, items: ContainerProxy) -> AsyncIterator[RawClient]:
    """HTTP without an SDK; `items` exists."""
    async with RawClient(f"http://localhost:{server.port}") as raw:
        yield raw
