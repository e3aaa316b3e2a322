"""Real hosts for small apps beside a real Azurite. Every test has containers and queues of its own."""

import re
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
from azure.storage.blob.aio import BlobServiceClient, ContainerClient
from azure.storage.queue.aio import QueueServiceClient

from tests.integration.host_storage.azurite import Azurite
from tests.integration.hosts import Calls


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    running = Azurite(tmp_path_factory.mktemp("azurite"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A name for this test's container and queue."""
    return "t-" + re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())[-50:].strip("-")


@pytest.fixture
async def blobs(azurite: Azurite) -> AsyncIterator[BlobServiceClient]:
    async with BlobServiceClient.from_connection_string(azurite.connection_string) as client:
        yield client


@pytest.fixture
async def queues(azurite: Azurite) -> AsyncIterator[QueueServiceClient]:
    async with QueueServiceClient.from_connection_string(azurite.connection_string) as client:
        yield client


@pytest.fixture
async def container(blobs: BlobServiceClient, name: str) -> ContainerClient:
    """An empty container."""
    return await blobs.create_container(name)


@pytest.fixture
def settings(azurite: Azurite, calls: Calls, name: str) -> dict[str, str]:
    """The host id differs from test to test, so that no host takes another one's blobs."""
    return {
        "AzureWebJobsStorage": azurite.connection_string,
        "AzureFunctionsWebHost__hostid": uuid4().hex,
        "CALLS": str(calls.path),
        "NAME": name,
    }
