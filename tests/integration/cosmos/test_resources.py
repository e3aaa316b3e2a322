"""Databases, containers, ranges, offers: the properties and headers that the SDKs rely on."""

import json
from typing import Any

import pytest
from azure.cosmos import PartitionKey, ThroughputProperties
from azure.cosmos.aio import ContainerProxy, CosmosClient, DatabaseProxy
from azure.cosmos.exceptions import CosmosHttpResponseError, CosmosResourceExistsError, CosmosResourceNotFoundError

from localcloud.cosmos.server import CosmosServer
from tests.integration.cosmos.raw import DOCS, RawClient
from tests.integration.cosmos.test_items import everything

COLLECTION = "/dbs/shop/colls/items"


async def test_the_account_points_to_the_host_that_was_asked(raw: RawClient, server: CosmosServer) -> None:
    answer = await raw.send("GET", "/", Host=f"cosmos.local:{server.port}")
    account = answer.json
    location = [{"name": "Local", "databaseAccountEndpoint": f"http://cosmos.local:{server.port}/"}]
    assert account["writableLocations"] == account["readableLocations"] == location
    assert account["enableMultipleWriteLocations"] is False
    assert account["userConsistencyPolicy"] == {"defaultConsistencyLevel": "Session"}
    assert json.loads(account["queryEngineConfiguration"])["sqlAllowTop"] is True
    assert "enablePerPartitionFailoverBehavior" not in account


async def test_direct_mode_is_refused_once_and_for_all(raw: RawClient) -> None:
    assert (await raw.send("GET", "//addresses/")).status == 400


async def test_databases_are_created_once_and_listed(client: CosmosClient, database: DatabaseProxy) -> None:
    with pytest.raises(CosmosResourceExistsError):
        await client.create_database("shop")
    assert (await client.create_database_if_not_exists("shop")).id == "shop"
    assert [found["id"] async for found in client.list_databases()] == ["shop"]
    await client.delete_database("shop")
    assert [found async for found in client.list_databases()] == []
    with pytest.raises(CosmosResourceNotFoundError):
        await database.read()


async def test_databases_and_containers_are_queried(client: CosmosClient, database: DatabaseProxy) -> None:
    await client.create_database("other")
    for name in ("orders", "products", "payments"):
        await database.create_container(name, PartitionKey("/id"))
    named = client.query_databases("SELECT * FROM r WHERE r.id = @id", parameters=[{"name": "@id", "value": "shop"}])
    starting = database.query_containers("SELECT * FROM c WHERE STARTSWITH(c.id, 'p') ORDER BY c.id")
    assert [found["id"] async for found in named] == ["shop"]
    assert [found["id"] async for found in starting] == ["payments", "products"]
    with pytest.raises(CosmosHttpResponseError) as refused:
        assert [found async for found in database.query_containers("SELEC")] == []
    assert refused.value.status_code == 400


async def test_a_deleted_database_takes_its_items_with_it(client: CosmosClient, items: ContainerProxy) -> None:
    await items.create_item({"id": "1", "pk": "a"})
    await client.delete_database("shop")
    again = await client.create_database("shop")
    assert [found async for found in again.list_containers()] == []
    assert await everything(await again.create_container("items", PartitionKey("/pk"))) == []


async def test_containers_keep_their_definition_and_get_the_defaults(database: DatabaseProxy) -> None:
    policy: Any = {"indexingMode": "Consistent", "excludedPaths": [{"path": "/big/*"}]}
    created = await database.create_container("c", PartitionKey("/a/b"), indexing_policy=policy, default_ttl=60)
    read = await created.read()
    assert read["partitionKey"] == {"paths": ["/a/b"], "kind": "Hash", "version": 2}
    assert read["defaultTtl"] == 60
    assert read["indexingPolicy"]["indexingMode"] == "consistent"
    assert read["indexingPolicy"]["includedPaths"] == [{"path": "/*"}]
    assert read["indexingPolicy"]["excludedPaths"] == [{"path": "/big/*"}, {"path": '/"_etag"/?'}]
    with pytest.raises(CosmosResourceExistsError):
        await database.create_container("c", PartitionKey("/other"))


async def test_a_container_created_without_a_key_version_keeps_version_1(raw: RawClient) -> None:
    body = {"id": "leases", "partitionKey": {"paths": ["/id"], "kind": "Hash"}}
    answer = await raw.send("POST", "/dbs/shop/colls", body)
    assert (answer.status, answer.json["partitionKey"]["version"]) == (201, 1)


@pytest.mark.parametrize(
    "body",
    [
        {"id": "c"},
        {"id": "c", "partitionKey": {"paths": []}},
        {"id": "c", "partitionKey": {"paths": ["pk"]}},
        {"id": "c", "partitionKey": {"paths": ["/pk"], "version": 3}},
        {"id": "c", "partitionKey": {"paths": ["/pk"], "version": "2"}},
        {"id": "a/b", "partitionKey": {"paths": ["/pk"]}},
        {"id": "", "partitionKey": {"paths": ["/pk"]}},
        {"id": "x" * 256, "partitionKey": {"paths": ["/pk"]}},
        {"id": "c", "partitionKey": {"paths": ["/pk"]}, "defaultTtl": 0},
        {"id": "c", "partitionKey": {"paths": ["/pk"]}, "indexingPolicy": []},
        {"id": "c", "partitionKey": {"paths": ["/pk"]}, "uniqueKeyPolicy": "none"},
        {"id": "c", "partitionKey": {"paths": ["/a", "/b"], "kind": "MultiHash", "version": 2}},
        {"id": "c", "partitionKey": {"paths": ["/pk"]}, "uniqueKeyPolicy": {"uniqueKeys": [{"paths": ["/x"]}]}},
    ],
)
async def test_definitions_that_are_refused(raw: RawClient, database: DatabaseProxy, body: dict[str, Any]) -> None:
    answer = await raw.send("POST", "/dbs/shop/colls", body)
    assert (answer.status, answer.json["code"]) == (400, "BadRequest")
    assert [found["id"] async for found in database.list_containers()] == ["items"]


async def test_id_and_partition_key_of_a_container_stay(database: DatabaseProxy, items: ContainerProxy) -> None:
    with pytest.raises(CosmosHttpResponseError) as refused:
        await database.replace_container("items", PartitionKey("/other"))
    assert refused.value.status_code == 400
    assert (await items.read())["partitionKey"]["paths"] == ["/pk"]


async def test_ranges_are_not_modified_the_second_time(raw: RawClient, items: ContainerProxy) -> None:
    rids = await items.read()
    by_rid = f"/{rids['_self']}pkranges"
    for path in (f"{COLLECTION}/pkranges", by_rid):
        first = await raw.send("GET", path)
        second = await raw.send("GET", path, If_None_Match=first.headers["etag"])
        assert (first.status, second.status, second.content) == (200, 304, b"")
        assert second.headers["etag"] == first.headers["etag"]
        ranges = first.json["PartitionKeyRanges"]
        assert [(one["id"], one["minInclusive"], one["maxExclusive"]) for one in ranges] == [("0", "", "FF")]
        assert (ranges[0]["parents"], ranges[0]["status"]) == ([], "online")


async def test_throughput_is_read_and_changed(database: DatabaseProxy) -> None:
    items = await database.create_container("c", PartitionKey("/pk"), offer_throughput=1000)
    assert (await items.get_throughput()).offer_throughput == 1000
    await items.replace_throughput(ThroughputProperties(offer_throughput=2000))
    assert (await items.get_throughput()).offer_throughput == 2000
    with pytest.raises(CosmosHttpResponseError) as refused:
        await items.replace_throughput(ThroughputProperties(offer_throughput=1))
    assert refused.value.status_code == 400


async def test_headers_that_clients_depend_on(raw: RawClient) -> None:
    created = await raw.send("POST", DOCS, {"id": "1", "pk": "a"}, pk='["a"]', x_ms_activity_id="abc")
    read = await raw.send("GET", f"{DOCS}/1", pk='["a"]')
    page = await raw.send("POST", DOCS, {"query": "SELECT * FROM c"}, pk='["a"]', **{"x-ms-documentdb-isquery": "True"})
    for answer in (created, read, page):
        assert answer.headers["x-ms-session-token"] == "0:-1#1"
        assert answer.headers["x-ms-alt-content-path"] == "dbs/shop/colls/items"
        assert "x-ms-documentdb-partitionkeyrangeid" not in answer.headers
        assert answer.headers["content-type"].startswith("application/json")
    assert created.headers["x-ms-activity-id"] == "abc"
    assert read.headers["etag"] == read.json["_etag"]
    assert [float(answer.headers["x-ms-request-charge"]) for answer in (created, read, page)] == [5.71, 1.0, 2.35]
    assert (page.headers["x-ms-item-count"], page.json["_count"]) == ("1", 1)


async def test_errors_carry_code_message_activity_and_substatus(raw: RawClient) -> None:
    answer = await raw.send("GET", f"{DOCS}/1", pk='["a"]', x_ms_activity_id="abc")
    assert (answer.status, answer.headers["x-ms-substatus"]) == (404, "0")
    message = "Entity with the specified id does not exist in the system.\r\nActivityId: abc"
    assert answer.json == {"code": "NotFound", "message": message}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{COLLECTION}/sprocs", 400),
        ("POST", f"{COLLECTION}/triggers", 400),
        ("GET", "/dbs/shop/users", 400),
        ("GET", "/nothing", 404),
        ("PATCH", "/dbs/shop", 405),
        ("PUT", DOCS, 405),
        ("GET", "/dbs/none/colls/items/docs", 404),
        ("GET", "/dbs/shop/colls/none/docs", 404),
    ],
)
async def test_what_there_is_not(raw: RawClient, method: str, path: str, status: int) -> None:
    assert (await raw.send(method, path)).status == status
