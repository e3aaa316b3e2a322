"""Status codes of operations on items, and that a refused one changes nothing."""

from typing import Any

import pytest
from azure.core import MatchConditions
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosHttpResponseError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from tests.integration.cosmos.raw import DOCS, RawClient

SYSTEM = {"_rid", "_self", "_etag", "_attachments", "_ts"}


def content(item: Any) -> dict[str, Any]:
    return {name: value for name, value in dict(item).items() if name not in SYSTEM}


async def everything(items: ContainerProxy) -> list[dict[str, Any]]:
    return [content(item) async for item in items.read_all_items()]


async def test_a_created_item_is_read_back_with_its_system_properties(items: ContainerProxy) -> None:
    created = await items.create_item({"id": "1", "pk": "a", "n": 1})

    read = await items.read_item("1", "a")

    assert read == created
    assert content(read) == {"id": "1", "pk": "a", "n": 1}
    assert set(read) - set(content(read)) == SYSTEM
    container_rid = (await items.read())["_rid"]
    assert read["_self"].split("/")[3] == container_rid
    assert read["_attachments"] == "attachments/"


async def test_creating_what_exists_is_a_conflict(items: ContainerProxy) -> None:
    await items.create_item({"id": "1", "pk": "a", "n": 1})

    with pytest.raises(CosmosResourceExistsError) as refused:
        await items.create_item({"id": "1", "pk": "a", "n": 2})

    assert (refused.value.status_code, refused.value.sub_status) == (409, 0)
    assert await everything(items) == [{"id": "1", "pk": "a", "n": 1}]


async def test_the_same_id_may_live_in_two_partitions(items: ContainerProxy) -> None:
    await items.create_item({"id": "1", "pk": "a"})
    await items.create_item({"id": "1", "pk": "b"})
    assert await everything(items) == [{"id": "1", "pk": "a"}, {"id": "1", "pk": "b"}]


@pytest.mark.parametrize(
    "document", [{}, {"id": None}, {"id": 1}, {"id": ""}, {"id": "a/b"}, {"id": "a\\b"}, {"id": "a?b"}, {"id": "a#b"}]
)
async def test_ids_that_are_not_legal(raw: RawClient, items: ContainerProxy, document: dict[str, Any]) -> None:
    for upsert in ("False", "True"):
        answer = await raw.send(
            "POST", DOCS, document | {"pk": "a"}, pk='["a"]', **{"x-ms-documentdb-is-upsert": upsert}
        )
        assert (answer.status, answer.json["code"]) == (400, "BadRequest")
    assert await everything(items) == []


async def test_upsert_creates_with_201_and_replaces_with_200(raw: RawClient, items: ContainerProxy) -> None:
    upsert = {"x-ms-documentdb-is-upsert": "True"}
    first = await raw.send("POST", DOCS, {"id": "1", "pk": "a", "n": 1}, pk='["a"]', **upsert)
    second = await raw.send("POST", DOCS, {"id": "1", "pk": "a", "n": 2}, pk='["a"]', **upsert)

    assert (first.status, second.status) == (201, 200)
    assert second.headers["etag"] == second.json["_etag"] != first.json["_etag"]
    assert await everything(items) == [{"id": "1", "pk": "a", "n": 2}]


async def test_body_and_header_must_name_the_same_partition(raw: RawClient, items: ContainerProxy) -> None:
    answer = await raw.send("POST", DOCS, {"id": "1", "pk": "a"}, pk='["b"]')
    assert (answer.status, answer.headers["x-ms-substatus"]) == (400, "1001")
    assert await everything(items) == []


@pytest.mark.parametrize("header", ["[]", '["a","b"]', '{"a":1}', "nonsense", '[["a"]]'])
async def test_partition_key_headers_that_fit_no_key(raw: RawClient, items: ContainerProxy, header: str) -> None:
    answer = await raw.send("POST", DOCS, {"id": "1", "pk": "a"}, pk=header)
    assert answer.status == 400
    assert await everything(items) == []


@pytest.mark.parametrize(("item_id", "pk"), [("2", "a"), ("1", "b")])
async def test_what_is_not_there(items: ContainerProxy, item_id: str, pk: str) -> None:
    await items.create_item({"id": "1", "pk": "a"})
    operations = (
        lambda: items.read_item(item_id, pk),
        lambda: items.replace_item(item_id, {"id": item_id, "pk": pk}),
        lambda: items.patch_item(item_id, pk, [{"op": "set", "path": "/n", "value": 1}]),
        lambda: items.delete_item(item_id, pk),
    )
    for operation in operations:
        with pytest.raises(CosmosResourceNotFoundError) as refused:
            await operation()
        assert (refused.value.status_code, refused.value.sub_status) == (404, 0)
    assert await everything(items) == [{"id": "1", "pk": "a"}]


async def test_an_outdated_etag_stops_every_write(items: ContainerProxy) -> None:
    old = (await items.create_item({"id": "1", "pk": "a", "n": 1}))["_etag"]
    await items.replace_item("1", {"id": "1", "pk": "a", "n": 2})
    condition: dict[str, Any] = {"etag": old, "match_condition": MatchConditions.IfNotModified}
    operations = (
        lambda: items.replace_item("1", {"id": "1", "pk": "a", "n": 3}, **condition),
        lambda: items.upsert_item({"id": "1", "pk": "a", "n": 3}, **condition),
        lambda: items.patch_item("1", "a", [{"op": "set", "path": "/n", "value": 3}], **condition),
        lambda: items.delete_item("1", "a", **condition),
    )
    for operation in operations:
        with pytest.raises(CosmosAccessConditionFailedError) as refused:
            await operation()
        assert (refused.value.status_code, refused.value.sub_status) == (412, 0)
    assert await everything(items) == [{"id": "1", "pk": "a", "n": 2}]


async def test_the_present_etag_and_a_star_let_writes_pass(items: ContainerProxy, raw: RawClient) -> None:
    etag = (await items.create_item({"id": "1", "pk": "a"}))["_etag"]
    condition: dict[str, Any] = {"etag": etag, "match_condition": MatchConditions.IfNotModified}
    await items.replace_item("1", {"id": "1", "pk": "a", "n": 2}, **condition)
    answer = await raw.send("PUT", f"{DOCS}/1", {"id": "1", "pk": "a", "n": 3}, pk='["a"]', If_Match="*")
    assert answer.status == 200
    assert await everything(items) == [{"id": "1", "pk": "a", "n": 3}]


async def test_upsert_of_a_new_item_ignores_if_match(items: ContainerProxy) -> None:
    await items.upsert_item({"id": "1", "pk": "a"}, etag='"gone"', match_condition=MatchConditions.IfNotModified)
    assert await everything(items) == [{"id": "1", "pk": "a"}]


async def test_a_read_with_the_present_etag_is_not_modified(items: ContainerProxy, raw: RawClient) -> None:
    etag = (await items.create_item({"id": "1", "pk": "a"}))["_etag"]

    answer = await raw.send("GET", f"{DOCS}/1", pk='["a"]', If_None_Match=etag)

    assert (answer.status, answer.content, answer.headers["etag"]) == (304, b"", etag)
    assert (await raw.send("GET", f"{DOCS}/1", pk='["a"]', If_None_Match='"other"')).status == 200


async def test_an_item_over_2_mb_is_refused(items: ContainerProxy) -> None:
    await items.create_item({"id": "1", "pk": "a", "text": "x" * (2 * 1024 * 1024 - 1000)})
    for size in (2 * 1024 * 1024, 5 * 1024 * 1024):
        with pytest.raises(CosmosHttpResponseError) as refused:
            await items.create_item({"id": "2", "pk": "a", "text": "x" * size})
        assert refused.value.status_code == 413
    assert [item["id"] for item in await everything(items)] == ["1"]


async def test_replacing_with_another_id_renames(items: ContainerProxy) -> None:
    await items.create_item({"id": "1", "pk": "a"})
    await items.create_item({"id": "2", "pk": "a"})

    with pytest.raises(CosmosResourceExistsError):
        await items.replace_item("1", {"id": "2", "pk": "a", "n": 1})
    assert await everything(items) == [{"id": "1", "pk": "a"}, {"id": "2", "pk": "a"}]

    await items.replace_item("1", {"id": "3", "pk": "a"})
    assert await everything(items) == [{"id": "3", "pk": "a"}, {"id": "2", "pk": "a"}]


async def test_minimal_answers_have_no_body_but_an_etag(items: ContainerProxy, raw: RawClient) -> None:
    answer = await raw.send("POST", DOCS, {"id": "1", "pk": "a"}, pk='["a"]', Prefer="return=minimal")
    assert (answer.status, answer.content) == (201, b"")
    assert answer.headers["etag"] == (await items.read_item("1", "a"))["_etag"]


async def test_a_missing_key_null_and_objects_are_partitions_of_their_own(
    items: ContainerProxy, raw: RawClient
) -> None:
    await items.create_item({"id": "missing"})
    await items.create_item({"id": "null", "pk": None})
    await items.create_item({"id": "object", "pk": {"a": 1}})

    async def ids_in(header: str) -> list[str]:
        answer = await raw.send(
            "POST", DOCS, {"query": "SELECT VALUE c.id FROM c"}, pk=header, **{"x-ms-documentdb-isquery": "true"}
        )
        found: list[str] = answer.json["Documents"]
        return found

    assert await ids_in("[{}]") == ["missing", "object"]
    assert await ids_in("[null]") == ["null"]


async def test_integers_and_floats_are_the_same_partition(items: ContainerProxy) -> None:
    await items.create_item({"id": "1", "pk": 1})
    assert (await items.read_item("1", 1.0))["pk"] == 1
    with pytest.raises(CosmosResourceExistsError):
        await items.create_item({"id": "1", "pk": 1.0})
    assert await everything(items) == [{"id": "1", "pk": 1}]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"id":"1","pk":"a","n":NaN}', b'{"id":"1","pk":"a","s":"\\ud800"}', b"\xff"]
)
async def test_what_is_no_json_object_is_refused(raw: RawClient, items: ContainerProxy, body: bytes) -> None:
    answer = await raw.send("POST", DOCS, body, pk='["a"]')
    assert (answer.status, answer.json["code"]) == (400, "BadRequest")
    assert await everything(items) == []


@pytest.mark.parametrize("item_id", ["a b+c%d'é", "100%", "%2F", "ü.txt", "a&b=c;d:e@f,g", "+", "日本"])
async def test_ids_survive_the_way_through_urls(items: ContainerProxy, item_id: str) -> None:
    await items.create_item({"id": item_id, "pk": item_id})
    await items.replace_item(item_id, {"id": item_id, "pk": item_id, "n": 1})
    assert content(await items.read_item(item_id, item_id)) == {"id": item_id, "pk": item_id, "n": 1}
    await items.delete_item(item_id, item_id)
    assert await everything(items) == []


async def test_a_client_that_knows_the_former_container_finds_the_new_one(
    items: ContainerProxy, raw: RawClient
) -> None:
    former = (await items.read())["_rid"]
    answer = await raw.send("GET", f"{DOCS}/1", pk='["a"]', **{"x-ms-cosmos-intended-collection-rid": f"x{former[1:]}"})
    assert (answer.status, answer.headers["x-ms-substatus"]) == (400, "1024")


async def test_a_container_made_anew_is_empty_and_old_proxies_work(client: Any, items: ContainerProxy) -> None:
    database = client.get_database_client("shop")
    await items.create_item({"id": "1", "pk": "a"})
    await database.delete_container("items")
    await database.create_container("items", {"paths": ["/pk"], "kind": "Hash", "version": 2})
    await items.create_item({"id": "2", "pk": "a"})
    assert await everything(items) == [{"id": "2", "pk": "a"}]


async def test_deleting_a_partition_leaves_the_others(items: ContainerProxy) -> None:
    for pk in ("a", "b"):
        for number in range(3):
            await items.create_item({"id": str(number), "pk": pk})
    await items.delete_all_items_by_partition_key("a")
    assert await everything(items) == [{"id": str(number), "pk": "b"} for number in range(3)]
