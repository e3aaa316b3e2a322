"""Queries through the SDK: pages, partitions, plans, and the refusals that Azure gives as well."""

from typing import Any

import pytest
from azure.cosmos import CosmosClient as SyncClient
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosHttpResponseError

from localcloud.cosmos.server import CosmosServer
from localcloud.wellknown import COSMOS_KEY
from tests.integration.cosmos.raw import DOCS, RawClient

QUERY = {"x-ms-documentdb-isquery": "true"}


@pytest.fixture
async def filled(items: ContainerProxy) -> ContainerProxy:
    """30 items in 3 partitions; `score` runs against `number`, item 7 has none."""
    for number in range(30):
        score = {} if number == 7 else {"score": 100 - number}
        await items.create_item({"id": f"i{number}", "pk": f"p{number % 3}", "number": number, **score})
    return items


async def results(items: ContainerProxy, query: str, **options: Any) -> list[Any]:
    return [found async for found in items.query_items(query, **options)]


async def test_all_pages_together_hold_every_item_once(filled: ContainerProxy) -> None:
    found = await results(filled, "SELECT VALUE c.number FROM c", max_item_count=4)
    assert sorted(found) == list(range(30))

    in_one = await results(filled, "SELECT VALUE c.number FROM c", partition_key="p1", max_item_count=3)
    assert sorted(in_one) == list(range(1, 30, 3))


async def test_a_token_goes_on_after_its_page_in_spite_of_writes(filled: ContainerProxy) -> None:
    query = "SELECT VALUE c.number FROM c ORDER BY c.number"
    pages = filled.query_items(query, partition_key="p0", max_item_count=4).by_page()
    first: list[Any] = [number async for number in await anext(pages)]
    token = pages.continuation_token  # type: ignore[attr-defined]  # of azure.core's AsyncPageIterator
    await filled.delete_item("i3", "p0")
    await filled.create_item({"id": "between", "pk": "p0", "number": 1})
    await filled.create_item({"id": "later", "pk": "p0", "number": 13})

    following = filled.query_items(query, partition_key="p0", max_item_count=100).by_page(token)
    rest: list[Any] = [number async for page in following async for number in page]

    assert (first, rest) == ([0, 3, 6, 9], [12, 13, 15, 18, 21, 24, 27])


async def test_a_token_of_another_query_is_refused(raw: RawClient, filled: ContainerProxy) -> None:
    page = await raw.send("POST", DOCS, {"query": "SELECT * FROM c"}, pk='["p0"]', x_ms_max_item_count="2", **QUERY)
    token = page.headers["x-ms-continuation"]
    for wrong in ("nonsense", token):
        answer = await raw.send(
            "POST", DOCS, {"query": "SELECT c.id FROM c"}, pk='["p0"]', x_ms_continuation=wrong, **QUERY
        )
        assert (answer.status, answer.json["code"]) == (400, "BadRequest")


async def test_order_over_partitions(filled: ContainerProxy) -> None:
    found = await results(filled, "SELECT c.id, c.score FROM c ORDER BY c.score DESC", max_item_count=7)
    scores = [item["score"] for item in found]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 29  # an item without the property is not in the order


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT VALUE COUNT(1) FROM c", [30]),
        ("SELECT VALUE SUM(c.number) FROM c", [435]),
        ("SELECT VALUE MIN(c.score) FROM c", [71]),
        ("SELECT VALUE MAX(c.number) FROM c WHERE c.pk != 'p2'", [28]),
        ("SELECT VALUE AVG(c.number) FROM c", [14.5]),
        ("SELECT TOP 3 VALUE c.number FROM c ORDER BY c.number", [0, 1, 2]),
        ("SELECT VALUE c.number FROM c ORDER BY c.number OFFSET 10 LIMIT 3", [10, 11, 12]),
        ("SELECT DISTINCT VALUE c.pk FROM c ORDER BY c.pk", ["p0", "p1", "p2"]),
    ],
)
async def test_aggregates_and_windows_over_partitions(filled: ContainerProxy, query: str, expected: list[Any]) -> None:
    assert await results(filled, query) == expected


@pytest.mark.parametrize("query", ["SELECT c.pk, COUNT(1) AS n FROM c GROUP BY c.pk", "SELECT COUNT(1) AS n FROM c"])
async def test_what_azure_refuses_over_partitions_works_in_one(filled: ContainerProxy, query: str) -> None:
    with pytest.raises(CosmosHttpResponseError) as refused:
        await results(filled, query)
    assert refused.value.status_code == 400
    assert (await results(filled, query, partition_key="p1"))[0]["n"] == 10


async def test_parameters_are_values_and_never_text(filled: ContainerProxy) -> None:
    await filled.create_item({"id": "quote", "pk": "' OR true --", "number": 99})
    found = await results(
        filled,
        "SELECT VALUE c.id FROM c WHERE c.pk = @pk",
        parameters=[{"name": "@pk", "value": "' OR true --"}],
    )
    assert found == ["quote"]


@pytest.mark.parametrize(
    "query", ["SELEC * FROM c", "SELECT * FROM c WHERE c.left = 1", "SELECT * FROM c WHERE c.n = @n", "", "SELECT *"]
)
async def test_queries_that_are_none(filled: ContainerProxy, query: str) -> None:
    with pytest.raises(CosmosHttpResponseError) as refused:
        await results(filled, query, partition_key="p0")
    assert refused.value.status_code == 400


async def test_read_items_leaves_out_what_is_missing(filled: ContainerProxy) -> None:
    found = await filled.read_items([("i1", "p1"), ("i2", "p2"), ("i2", "p1"), ("none", "p0"), ("i4", "p1")])
    assert sorted(item["id"] for item in found) == ["i1", "i2", "i4"]


async def test_read_all_items_pages_through_everything(filled: ContainerProxy) -> None:
    found = [item["number"] async for item in filled.read_all_items(max_item_count=7)]
    assert found == list(range(30))


async def test_the_sync_client_must_ask_for_a_query_over_partitions(
    filled: ContainerProxy, server: CosmosServer
) -> None:
    import asyncio

    def run() -> tuple[int | None, list[Any], list[Any]]:
        with SyncClient(f"http://localhost:{server.port}", COSMOS_KEY) as client:
            items = client.get_database_client("shop").get_container_client("items")
            status = None
            try:
                list(items.query_items("SELECT VALUE c.id FROM c WHERE c.number < 2"))
            except CosmosHttpResponseError as error:
                status = error.status_code
            everywhere = items.query_items(
                "SELECT VALUE c.number FROM c ORDER BY c.number", enable_cross_partition_query=True
            )
            fixed = items.query_items("SELECT VALUE c.number FROM c WHERE c.pk = 'p1' AND c.number < 5")
            return status, list(everywhere), list(fixed)

    status, everywhere, fixed = await asyncio.to_thread(run)

    assert status == 400
    assert everywhere == list(range(30))
    assert fixed == [1, 4]


async def test_a_range_that_does_not_exist_is_gone(raw: RawClient) -> None:
    headers = QUERY | {"x-ms-documentdb-partitionkeyrangeid": "7"}
    answer = await raw.send("POST", DOCS, {"query": "SELECT * FROM c"}, **headers)
    assert (answer.status, answer.headers["x-ms-substatus"]) == (410, "1002")


async def test_plans_are_served_in_any_mode(raw: RawClient) -> None:
    headers = {
        "x-ms-cosmos-is-query-plan-request": "True",
        "x-ms-cosmos-supported-query-features": "OrderBy, Top, Aggregate",
        "content-type": "application/query+json",
    }
    answer = await raw.send("POST", DOCS, {"query": "SELECT * FROM c WHERE STARTSWITH(c.id, 'x')"}, **headers)
    assert answer.status == 200
    assert answer.json["partitionedQueryExecutionInfoVersion"] == 2
    assert answer.json["queryRanges"] == [{"min": "", "max": "FF", "isMinInclusive": True, "isMaxInclusive": False}]
