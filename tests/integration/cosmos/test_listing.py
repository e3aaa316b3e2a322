"""Databases and containers found by queries."""

import pytest
from azure.cosmos import PartitionKey
from azure.cosmos.aio import CosmosClient, DatabaseProxy
from azure.cosmos.exceptions import CosmosHttpResponseError


async def test_databases_are_found_by_a_query(client: CosmosClient) -> None:
    for name in ("one", "two"):
        await client.create_database(name)
    parameters: list[dict[str, object]] = [{"name": "@id", "value": "two"}]
    query = "SELECT * FROM root r WHERE r.id = @id"

    assert [found["id"] async for found in client.query_databases(query, parameters=parameters)] == ["two"]
    assert [found["id"] async for found in client.list_databases()] == ["one", "two"]


async def test_containers_are_found_by_a_query(database: DatabaseProxy) -> None:
    for name in ("orders", "stock"):
        await database.create_container(name, PartitionKey("/id"))
    query = "SELECT r.id FROM root r WHERE STARTSWITH(r.id, 'st')"

    assert [found["id"] async for found in database.query_containers(query)] == ["stock"]
    assert [found["id"] async for found in database.list_containers()] == ["orders", "stock"]


async def test_a_query_that_is_none_is_a_400(database: DatabaseProxy) -> None:
    with pytest.raises(CosmosHttpResponseError) as refused:
        [found async for found in database.query_containers("SELECT FROM")]
    assert refused.value.status_code == 400
