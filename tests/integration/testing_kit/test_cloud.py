"""The `cloud` fixture, used as an app's tests use it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from azure.cosmos import PartitionKey
from azure.cosmos.aio import CosmosClient, DatabaseProxy
from azure.cosmos.exceptions import CosmosHttpResponseError, CosmosResourceNotFoundError
from azure.identity.aio import DefaultAzureCredential
from azure.keyvault.secrets.aio import SecretClient

from localcloud.testing.cloud import Cloud

ITEM = {"id": "a", "orderId": "a", "n": 1}


@pytest.fixture
async def database(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DatabaseProxy]:
    """The shop's database, logged in by managed identity."""
    for name, value in cloud.settings.items():
        monkeypatch.setenv(name, value)
    endpoint = cloud.settings["CosmosDB__accountEndpoint"]
    async with DefaultAzureCredential() as credential, CosmosClient(endpoint, credential) as client:
        yield client.get_database_client("shop")


@pytest.mark.parametrize("run", [1, 2])
async def test_every_test_starts_with_empty_containers(database: DatabaseProxy, run: int) -> None:
    orders = database.get_container_client("orders")
    assert [found async for found in orders.read_all_items()] == []
    await orders.create_item(ITEM)
    assert (await orders.read_item("a", "a"))["n"] == 1


async def test_the_connection_string_opens_the_same_account(cloud: Cloud, database: DatabaseProxy) -> None:
    await database.get_container_client("orders").create_item(ITEM)
    async with CosmosClient.from_connection_string(cloud.connection_strings["CosmosDB"]) as client:
        found = await client.get_database_client("shop").get_container_client("orders").read_item("a", "a")
    assert found["n"] == 1


async def test_an_identity_may_not_create_containers(database: DatabaseProxy) -> None:
    with pytest.raises(CosmosHttpResponseError) as refused:
        await database.create_container_if_not_exists("new", PartitionKey("/id"))
    assert refused.value.status_code == 403


async def test_faults_last_as_long_as_their_block(cloud: Cloud, database: DatabaseProxy) -> None:
    orders = database.get_container_client("orders")
    with cloud.faults.cosmos(status=409, operation="create") as number:
        with pytest.raises(CosmosHttpResponseError) as refused:
            await orders.create_item(ITEM)
        assert (refused.value.status_code, cloud.faults.hits(number)) == (409, 1)

    with pytest.raises(CosmosResourceNotFoundError):
        await orders.read_item("a", "a")
    await orders.create_item(ITEM)


async def test_advancing_the_clock_lets_items_expire(cloud: Cloud, database: DatabaseProxy) -> None:
    requests = database.get_container_client("requests")
    await requests.create_item({"id": "r", "ttl": 3600})

    cloud.clock.advance(timedelta(hours=2))

    with pytest.raises(CosmosResourceNotFoundError):
        await requests.read_item("r", "r")


async def test_generated_secrets_are_there_and_new_for_every_test(cloud: Cloud, database: DatabaseProxy) -> None:
    async def key() -> str | None:
        url = cloud.settings["KEY_VAULT_URL"]
        async with DefaultAzureCredential() as credential, SecretClient(url, credential) as client:
            return (await client.get_secret("jwt-signing-key")).value

    first = await key()
    cloud.reset()
    second = await key()
    assert first
    assert second
    assert first != second
