"""Injected faults, and how the SDK reacts to each: retried, or raised at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from azure.core.exceptions import ServiceRequestError, ServiceResponseError
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosHttpResponseError, CosmosResourceExistsError

from localcloud.cosmos.server import CosmosServer
from tests.integration.cosmos.test_items import everything

Action = Callable[[ContainerProxy], Awaitable[Any]]


async def read(items: ContainerProxy) -> Any:
    return await items.read_item("1", "a")


async def query(items: ContainerProxy) -> Any:
    return [item async for item in items.query_items("SELECT * FROM c", partition_key="a")]


async def replace(items: ContainerProxy) -> Any:
    return await items.replace_item("1", {"id": "1", "pk": "a", "n": 2})


async def batch(items: ContainerProxy) -> Any:
    return await items.execute_item_batch([("upsert", ({"id": "1", "pk": "a", "n": 2},))], partition_key="a")


@pytest.fixture
async def one(items: ContainerProxy, server: CosmosServer) -> ContainerProxy:
    """A container with one item, its ranges already known to the client."""
    await items.create_item({"id": "1", "pk": "a", "n": 1})
    await read(items)
    return items


@pytest.mark.parametrize(
    ("action", "operation", "answer", "requests"),
    [
        (read, "read", (449, 0), 1),
        (replace, "replace", (449, 0), 1),
        (batch, "batch", (449, 0), 1),
        (read, "read", (503, 0), 2),
        (replace, "replace", (503, 0), 2),
        (read, "read", (500, 0), 2),
        (replace, "replace", (500, 0), 1),
        (read, "read", (408, 0), 2),
        (replace, "replace", (408, 0), 1),
        (read, "read", (404, 1002), 2),
        (read, "read", (410, 1002), 1),
        (query, "query", (410, 1002), 4),
        (query, "query", (449, 0), 1),
        (batch, "batch", (503, 0), 2),
        (read, "read", (401, 0), 1),
        (replace, "replace", (412, 0), 1),
        (replace, "replace", (409, 0), 1),
        (replace, "replace", (413, 0), 1),
        (read, "read", (429, 3200), 10),
        (replace, "replace", (429, 3200), 10),
        (batch, "batch", (429, 3200), 10),
        (query, "query", (429, 3200), 100),  # a query has retries of its own around those of the client
    ],
)
async def test_how_often_the_sdk_asks_before_it_gives_up(  # noqa: PLR0917 - parameters of a table
    one: ContainerProxy, server: CosmosServer, action: Action, operation: str, answer: tuple[int, int], requests: int
) -> None:
    server.faults.add({"operation": operation, "status": answer[0], "substatus": answer[1], "retryAfterMs": 1})

    with pytest.raises(CosmosHttpResponseError) as raised:
        await action(one)

    assert (raised.value.status_code, raised.value.sub_status) == answer
    assert server.faults.list()[0]["hits"] == requests
    server.faults.clear()
    assert await everything(one) == [{"id": "1", "pk": "a", "n": 1}]


async def test_throttled_requests_are_repeated_after_the_time_given(one: ContainerProxy, server: CosmosServer) -> None:
    server.faults.add({"operation": "replace", "status": 429, "retryAfterMs": 100, "count": 3})
    started = time.monotonic()

    await replace(one)

    assert time.monotonic() - started >= 0.3
    assert server.faults.list()[0]["hits"] == 3
    assert await everything(one) == [{"id": "1", "pk": "a", "n": 2}]


async def test_throttling_without_a_time_is_repeated_at_once(one: ContainerProxy, server: CosmosServer) -> None:
    server.faults.add({"operation": "read", "status": 429})
    with pytest.raises(CosmosHttpResponseError) as raised:
        await read(one)
    assert raised.value.status_code == 429
    assert server.faults.list()[0]["hits"] == 10


async def test_a_write_region_that_moved_is_looked_up_and_the_write_repeated(
    one: ContainerProxy, server: CosmosServer
) -> None:
    server.faults.add({"operation": "replace", "status": 403, "substatus": 3, "count": 1})
    await replace(one)
    assert await everything(one) == [{"id": "1", "pk": "a", "n": 2}]


async def test_a_container_made_anew_is_looked_up_once(one: ContainerProxy, server: CosmosServer) -> None:
    server.faults.add({"operation": "read", "status": 400, "substatus": 1024, "count": 1})
    assert (await read(one))["n"] == 1
    assert server.faults.list()[0]["hits"] == 1


async def test_a_connection_dropped_before_the_request_took_effect(one: ContainerProxy, server: CosmosServer) -> None:
    server.faults.add({"operation": "create", "drop": "before"})
    with pytest.raises((ServiceRequestError, ServiceResponseError)):
        await one.create_item({"id": "2", "pk": "a"})
    server.faults.clear()
    assert await everything(one) == [{"id": "1", "pk": "a", "n": 1}]


async def test_a_create_whose_answer_is_lost_is_repeated_and_conflicts_with_itself(
    one: ContainerProxy, server: CosmosServer
) -> None:
    server.faults.add({"operation": "create", "drop": "after", "count": 1})
    with pytest.raises(CosmosResourceExistsError):
        await one.create_item({"id": "2", "pk": "a"})
    assert server.faults.list()[0]["hits"] == 1
    assert await everything(one) == [{"id": "1", "pk": "a", "n": 1}, {"id": "2", "pk": "a"}]


async def test_a_delay_holds_back_one_request_and_no_other(one: ContainerProxy, server: CosmosServer) -> None:
    server.faults.add({"operation": "replace", "delayMs": 300})
    started = time.monotonic()
    slow = asyncio.create_task(replace(one))
    await read(one)
    assert not slow.done()
    await slow
    assert time.monotonic() - started >= 0.3


async def test_rules_over_http(items: ContainerProxy, server: CosmosServer) -> None:
    async with aiohttp.ClientSession(f"http://localhost:{server.port}/_localcloud/") as http:
        rule = {"status": 503, "container": "items", "partitionKey": "b", "method": "GET", "path": "/docs/1$"}
        async with http.post("faults", json=rule) as answer:
            assert (answer.status, await answer.json()) == (201, {"id": 1, "hits": 0, **rule})
        await items.create_item({"id": "1", "pk": "a"})
        await items.create_item({"id": "1", "pk": "b"})
        assert (await items.read_item("1", "a"))["pk"] == "a"
        with pytest.raises(CosmosHttpResponseError) as raised:
            await items.read_item("1", "b")
        assert raised.value.status_code == 503
        async with http.get("faults") as answer:
            assert (await answer.json())["faults"] == [{"id": 1, "hits": 2, **rule}]
        async with http.delete("faults/1") as answer:
            assert (answer.status, await answer.json()) == (200, {"cleared": 1})
        async with http.delete("faults/1") as answer:
            assert answer.status == 404
        assert (await items.read_item("1", "b"))["pk"] == "b"


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ({}, "status"),
        ({"status": 200}, "status"),
        ({"status": 503, "drop": "before"}, "drop"),
        ({"drop": "sometimes"}, "drop"),
        ({"retryAfterMs": 5, "delayMs": 1}, "retryAfterMs"),
        ({"status": 429, "retryAfter": 5}, "retryAfter"),
        ({"status": 429, "count": 0}, "count"),
        ({"status": 429, "probability": 1.5}, "probability"),
        ({"status": 429, "path": "("}, "path"),
        ({"status": 429, "operation": "guess"}, "operation"),
    ],
)
async def test_rules_that_are_none_are_refused_by_name(server: CosmosServer, rule: dict[str, Any], named: str) -> None:
    async with (
        aiohttp.ClientSession(f"http://localhost:{server.port}") as http,
        http.post("/_localcloud/faults", json=rule) as answer,
    ):
        assert answer.status == 400
        assert named in (await answer.json())["message"]
    assert server.faults.list() == []
