"""Cosmos DB input and output bindings of HTTP functions on the real host."""

import json
from typing import Any

import pytest
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, DatabaseProxy

from tests.integration.hosts import RunningHost, Start

APP = """
import json

def show(docs):
    return "None" if docs is None else json.dumps([json.loads(doc.to_json()) for doc in docs], ensure_ascii=False)

@app.route("one/{pk}/{id}")
@app.cosmos_db_input("docs", "CosmosDB", "shop", "items", id="{id}", partition_key="{pk}")
def one(req: func.HttpRequest, docs: func.DocumentList) -> str:
    return show(docs)

@app.route("found")
@app.cosmos_db_input("docs", "CosmosDB", "shop", "items", sql_query="SELECT c.id FROM c WHERE c.s = {s} ORDER BY c.id")
def found(req: func.HttpRequest, docs: func.DocumentList) -> str:
    return show(docs)

@app.route("inside/{pk}")
@app.cosmos_db_input("docs", "CosmosDB", "shop", "%ITEMS%", sql_query="SELECT c.id, {'x': 1} AS o FROM c",
                     partition_key="{pk}")
def inside(req: func.HttpRequest, docs: func.DocumentList) -> str:
    return show(docs)

@app.route("all")
@app.cosmos_db_input("docs", "CosmosDB", "shop", "items")
def everything(req: func.HttpRequest, docs: func.DocumentList) -> str:
    return show(docs)

@app.route("unbound")
@app.cosmos_db_input("docs", "CosmosDB", "shop", "items", id="{nothing}", partition_key="a")
def unbound(req: func.HttpRequest, docs: func.DocumentList) -> str:
    return show(docs)

@app.route("lost")
@app.cosmos_db_input("docs", "CosmosDB", "shop", "nowhere", id="1", partition_key="a")
def lost(req: func.HttpRequest, docs: func.DocumentList) -> str:
    return show(docs)

@app.route("put", methods=["POST"])
@app.cosmos_db_output("out", "CosmosDB", "shop", "items")
def put(req: func.HttpRequest, out: func.Out[func.Document]) -> str:
    out.set(func.Document.from_dict(req.get_json()))
    return "ok"

@app.route("put-many", methods=["POST"])
@app.cosmos_db_output("out", "CosmosDB", "shop", "items")
def put_many(req: func.HttpRequest, out: func.Out[func.DocumentList]) -> str:
    out.set(func.DocumentList([func.Document.from_dict(one) for one in req.get_json()]))
    return "ok"

@app.route("put-new", methods=["POST"])
@app.cosmos_db_output("out", "CosmosDB", "shop", "fresh", create_if_not_exists=True, partition_key="/pk")
def put_new(req: func.HttpRequest, out: func.Out[func.Document]) -> str:
    out.set(func.Document.from_dict(req.get_json()))
    return "ok"

@app.route("put-nothing", methods=["POST"])
@app.cosmos_db_output("out", "CosmosDB", "shop", "items")
def put_nothing(req: func.HttpRequest, out: func.Out[func.Document]) -> str:
    return "ok"
"""


@pytest.fixture
async def host(start: Start, items: ContainerProxy, settings: dict[str, str]) -> RunningHost:
    await items.create_item({"id": "1", "pk": "a", "s": "äö"})
    await items.create_item({"id": "2", "pk": "b", "s": "äö", "n": 2.0})
    return await start(APP, settings={**settings, "ITEMS": "items"}, in_process=True)


async def _ids(items: ContainerProxy) -> list[str]:
    return sorted([one["id"] async for one in items.read_all_items()])


async def test_by_id_and_partition_key_it_is_one_document(host: RunningHost, items: ContainerProxy) -> None:
    status, text = await host.get("/api/one/b/2")
    assert (status, json.loads(text)) == (200, [await items.read_item("2", "b")])


async def test_a_document_that_is_not_there_is_none(host: RunningHost) -> None:
    assert await host.get("/api/one/a/2") == (200, "None")


async def test_a_query_with_values_of_the_request(host: RunningHost) -> None:
    assert await host.get("/api/found?s=äö") == (200, '[{"id": "1"}, {"id": "2"}]')
    assert await host.get("/api/found?s=' OR true") == (200, "[]")
    assert await host.ask("POST", "/api/found", json={"s": "äö"}) == (200, '[{"id": "1"}, {"id": "2"}]')


async def test_a_query_inside_one_partition_of_a_container_named_by_a_setting(host: RunningHost) -> None:
    assert await host.get("/api/inside/b") == (200, '[{"id": "2", "o": {"x": 1}}]')


async def test_without_filter_it_is_everything(host: RunningHost) -> None:
    _, text = await host.get("/api/all")
    documents: list[dict[str, Any]] = json.loads(text)
    assert sorted(one["id"] for one in documents) == ["1", "2"]
    assert all("_lsn" not in one for one in documents)


async def test_what_the_request_does_not_bring_fails_that_call(host: RunningHost) -> None:
    assert await host.get("/api/unbound") == (500, "")
    assert any("No value for named parameter 'nothing'." in line for line in host.log)
    assert (await host.get("/api/all"))[0] == 200


async def test_a_missing_container_fails_that_call(host: RunningHost) -> None:
    assert await host.get("/api/lost") == (500, "")
    assert any("does not exist" in line for line in host.log)


async def test_an_output_upserts_one_document(host: RunningHost, items: ContainerProxy) -> None:
    document = {"id": "1", "pk": "a", "s": "new", "o": {"x": [1, None, True]}}
    assert await host.ask("POST", "/api/put", json=document) == (200, "ok")
    stored = await items.read_item("1", "a")
    assert {name: stored[name] for name in document} == document


async def test_an_output_upserts_a_list(host: RunningHost, items: ContainerProxy) -> None:
    documents = [{"id": str(number), "pk": "c"} for number in range(3, 6)]
    assert await host.ask("POST", "/api/put-many", json=documents) == (200, "ok")
    assert await _ids(items) == ["1", "2", "3", "4", "5"]


async def test_an_output_that_is_not_set_writes_nothing(host: RunningHost, items: ContainerProxy) -> None:
    assert await host.ask("POST", "/api/put-nothing") == (200, "ok")
    assert await _ids(items) == ["1", "2"]


async def test_an_output_that_is_refused_fails_that_call(host: RunningHost, items: ContainerProxy) -> None:
    assert (await host.ask("POST", "/api/put", json={"pk": "a"}))[0] == 500
    assert await _ids(items) == ["1", "2"]


async def test_an_output_may_create_its_container(host: RunningHost, database: DatabaseProxy) -> None:
    assert await host.ask("POST", "/api/put-new", json={"id": "1", "pk": "z"}) == (200, "ok")
    fresh = database.get_container_client("fresh")
    assert (await fresh.read_item("1", "z"))["pk"] == "z"
    assert (await fresh.read())["partitionKey"]["paths"] == PartitionKey("/pk")["paths"]
