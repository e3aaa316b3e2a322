"""Conditional patches and transactional batches through the SDK."""

import asyncio
from typing import Any

import pytest
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosHttpResponseError

from tests.integration.cosmos.raw import DOCS, RawClient
from tests.integration.cosmos.test_items import content, everything

BATCH = {"x-ms-cosmos-is-batch-request": "True", "x-ms-cosmos-batch-atomic": "True"}


async def test_a_patch_whose_condition_holds(items: ContainerProxy) -> None:
    before = await items.create_item({"id": "1", "pk": "a", "stock": 3, "tags": ["x"]})

    after = await items.patch_item(
        "1",
        "a",
        [{"op": "incr", "path": "/stock", "value": -2}, {"op": "add", "path": "/tags/-", "value": "y"}],
        filter_predicate="FROM c WHERE c.stock >= 2",
    )

    assert content(after) == {"id": "1", "pk": "a", "stock": 1, "tags": ["x", "y"]}
    assert after["_etag"] != before["_etag"]
    assert await items.read_item("1", "a") == after


async def test_a_patch_whose_condition_does_not_hold_changes_nothing(items: ContainerProxy) -> None:
    before = await items.create_item({"id": "1", "pk": "a", "stock": 1})

    with pytest.raises(CosmosHttpResponseError) as refused:
        await items.patch_item(
            "1", "a", [{"op": "incr", "path": "/stock", "value": -2}], filter_predicate="FROM c WHERE c.stock >= 2"
        )

    assert (refused.value.status_code, refused.value.sub_status) == (412, 1110)
    assert await items.read_item("1", "a") == before


@pytest.mark.parametrize(
    "operations",
    [
        [],
        [{"op": "set", "path": f"/n{n}", "value": n} for n in range(11)],
        [{"op": "set", "path": "/n", "value": 2}, {"op": "remove", "path": "/missing"}],
        [{"op": "set", "path": "/id", "value": "2"}],
        [{"op": "set", "path": "/_etag", "value": "2"}],
        [{"op": "guess", "path": "/n", "value": 1}],
        [{"op": "set", "path": "/n"}],
        [{"op": "set", "path": "n", "value": 1}],
        [{"op": "incr", "path": "/n", "value": "1"}],
        ["set"],
    ],
)
async def test_patches_that_are_not_possible_change_nothing(
    raw: RawClient, items: ContainerProxy, operations: list[Any]
) -> None:
    before = await items.create_item({"id": "1", "pk": "a", "n": 1})
    answer = await raw.send("PATCH", f"{DOCS}/1", {"operations": operations}, pk='["a"]')
    assert (answer.status, answer.json["code"]) == (400, "BadRequest")
    assert await items.read_item("1", "a") == before


@pytest.mark.parametrize("condition", ["FROM c WHERE", "SELECT 1", "FROM c WHERE c.n = @n", 5])
async def test_conditions_that_are_none(raw: RawClient, items: ContainerProxy, condition: object) -> None:
    await items.create_item({"id": "1", "pk": "a", "n": 1})
    body = {"operations": [{"op": "set", "path": "/n", "value": 2}], "condition": condition}
    answer = await raw.send("PATCH", f"{DOCS}/1", body, pk='["a"]')
    assert answer.status == 400
    assert (await items.read_item("1", "a"))["n"] == 1


async def test_a_patch_cannot_move_an_item_to_another_partition(raw: RawClient, items: ContainerProxy) -> None:
    await items.create_item({"id": "1", "pk": "a"})
    body = {"operations": [{"op": "set", "path": "/pk", "value": "b"}]}
    answer = await raw.send("PATCH", f"{DOCS}/1", body, pk='["a"]')
    assert (answer.status, answer.headers["x-ms-substatus"]) == (400, "1001")
    assert await everything(items) == [{"id": "1", "pk": "a"}]


async def test_a_batch_answers_every_operation(items: ContainerProxy) -> None:
    await items.create_item({"id": "old", "pk": "a", "n": 1})
    await items.create_item({"id": "doomed", "pk": "a"})

    answers = await items.execute_item_batch(
        [
            ("create", ({"id": "new", "pk": "a"},)),
            ("upsert", ({"id": "old", "pk": "a", "n": 2},)),
            ("replace", ("new", {"id": "new", "pk": "a", "n": 5})),
            (
                "patch",
                ("new", [{"op": "incr", "path": "/n", "value": 1}]),
                {"filter_predicate": "FROM c WHERE c.n = 5"},
            ),
            ("read", ("new",)),
            ("delete", ("doomed",)),
        ],
        partition_key="a",
    )

    assert [answer["statusCode"] for answer in answers] == [201, 200, 200, 200, 200, 204]
    assert content(answers[4]["resourceBody"]) == {"id": "new", "pk": "a", "n": 6}
    assert answers[3]["eTag"] == answers[3]["resourceBody"]["_etag"]
    assert await everything(items) == [{"id": "old", "pk": "a", "n": 2}, {"id": "new", "pk": "a", "n": 6}]


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        (("create", ({"id": "old", "pk": "a"},)), 409),
        (("create", ({"id": "x", "pk": "other"},)), 400),
        (("replace", ("missing", {"id": "missing", "pk": "a"})), 404),
        (("replace", ("old", {"id": "old", "pk": "a"}), {"if_match_etag": '"other"'}), 412),
        (
            ("patch", ("old", [{"op": "incr", "path": "/n", "value": 1}]), {"filter_predicate": "FROM c WHERE false"}),
            412,
        ),
        (("patch", ("old", [{"op": "remove", "path": "/missing"}])), 400),
        (("read", ("missing",)), 404),
        (("delete", ("missing",)), 404),
    ],
)
async def test_one_failing_operation_undoes_the_batch(items: ContainerProxy, operation: Any, status: int) -> None:
    before = await items.create_item({"id": "old", "pk": "a", "n": 1})
    first, last = ("upsert", ({"id": "old", "pk": "a", "n": 9},)), ("create", ({"id": "later", "pk": "a"},))
    if len(operation) == 3 and "if_match_etag" in operation[2]:
        first = ("create", ({"id": "earlier", "pk": "a"},))

    with pytest.raises(CosmosBatchOperationError) as failed:
        await items.execute_item_batch([first, operation, last], partition_key="a")

    assert (failed.value.error_index, failed.value.status_code) == (1, status)
    assert [answer["statusCode"] for answer in failed.value.operation_responses] == [424, status, 424]
    assert await items.read_item("old", "a") == before
    assert await everything(items) == [{"id": "old", "pk": "a", "n": 1}]


async def test_the_failure_of_a_batch_is_a_207_with_the_substatus(raw: RawClient, items: ContainerProxy) -> None:
    await items.create_item({"id": "1", "pk": "a", "n": 1})
    patch = {"operations": [{"op": "set", "path": "/n", "value": 2}], "condition": "FROM c WHERE c.n = 7"}
    operations = [{"operationType": "Patch", "id": "1", "resourceBody": patch}]
    answer = await raw.send("POST", DOCS, operations, pk='["a"]', **BATCH)
    assert (answer.status, answer.json[0]["statusCode"], answer.json[0]["subStatusCode"]) == (207, 412, 1110)


@pytest.mark.parametrize(
    ("operations", "status", "message"),
    [
        ([], 400, "Batch request has no operations."),
        (
            [{"operationType": "Read", "id": "1"}] * 101,
            400,
            "Batch request has more operations than what is supported.",
        ),
        ({"operationType": "Read"}, 400, "A batch must be a JSON array of operations."),
        ([5], 400, "A batch must be a JSON array of operations."),
        (b"[" + b" " * (2 * 1024 * 1024) + b"]", 413, "Request size is too large."),
    ],
)
async def test_batches_that_are_none(raw: RawClient, operations: Any, status: int, message: str) -> None:
    answer = await raw.send("POST", DOCS, operations, pk='["a"]', **BATCH)
    assert (answer.status, answer.json["message"].split("\r\n")[0]) == (status, message)


async def test_batches_are_all_or_nothing_under_load(items: ContainerProxy) -> None:
    await items.create_item({"id": "stock", "pk": "a", "stock": 25})

    refusals: list[tuple[int | None, int | None]] = []

    async def reserve(number: int) -> bool:
        decrement = (
            "patch",
            ("stock", [{"op": "incr", "path": "/stock", "value": -1}]),
            {"filter_predicate": "FROM c WHERE c.stock > 0"},
        )
        try:
            await items.execute_item_batch(
                [("create", ({"id": f"r{number}", "pk": "a"},)), decrement], partition_key="a"
            )
        except CosmosBatchOperationError as failed:
            refusals.append((failed.error_index, failed.status_code))
            return False
        return True

    outcomes = await asyncio.gather(*(reserve(number) for number in range(60)))

    assert outcomes.count(True) == 25
    assert refusals == [(1, 412)] * 35
    reservations = {item["id"] for item in await everything(items)} - {"stock"}
    assert reservations == {f"r{number}" for number, done in enumerate(outcomes) if done}
    assert (await items.read_item("stock", "a"))["stock"] == 0
