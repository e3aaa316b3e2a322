"""The Cosmos DB trigger and output with an identity instead of a key, over https, as in the cloud."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from azure.cosmos.aio import ContainerProxy, CosmosClient

from localcloud.resources import Resources
from localcloud.testing.cloud import Cloud
from localcloud.wellknown import COSMOS_KEY
from tests.integration.host_cosmos.apps import feed_app
from tests.integration.host_cosmos.host_process import HostProcess
from tests.integration.host_cosmos.leases import listening
from tests.integration.hosts import Calls, write_app
from tests.waiting import until, until_true

OUTPUT = '@app.cosmos_db_output("out", "CosmosDB", "shop", "copies")'
COPY = (
    "note([{'id': doc['id']} for doc in docs]); "
    "out.set(func.DocumentList([func.Document.from_dict({'id': doc['id'], 'pk': 'b'}) for doc in docs]))"
)
CONTAINERS = {"items": "/pk", "copies": "/pk", "leases": "/id"}


@pytest.fixture(scope="session")
def cloud_resources() -> Resources:
    containers = [{"id": name, "partitionKey": {"paths": [path]}} for name, path in CONTAINERS.items()]
    return Resources.model_validate({"cosmos": {"databases": [{"id": "shop", "containers": containers}]}})


@pytest.fixture
async def client(cloud: Cloud) -> AsyncIterator[CosmosClient]:
    async with CosmosClient(f"http://localhost:{cloud.cosmos.port}", COSMOS_KEY) as client:
        yield client


async def test_trigger_and_output_with_an_identity(
    cloud: Cloud, client: CosmosClient, calls: Calls, tmp_path: Path
) -> None:
    app = write_app(tmp_path / "app", feed_app(COPY, retry=OUTPUT, context=", out: func.Out[func.DocumentList]"))
    host = HostProcess(app, tmp_path / "data", {**cloud.settings, "CALLS": str(calls.path)})
    database = client.get_database_client("shop")
    try:
        await listening(database)
        await database.get_container_client("items").create_item({"id": "1", "pk": "a"})
        await until_true(calls.all)
        copies: ContainerProxy = database.get_container_client("copies")

        async def copied() -> list[str]:
            return [one["id"] async for one in copies.read_all_items()]

        assert await until(copied) == ["1"]
    finally:
        await host.stop()
