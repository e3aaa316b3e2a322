"""Queries, query plans and feeds over HTTP."""

from collections.abc import Sequence
from functools import partial

from aiohttp import web

from localcloud.cosmos.charges import query_charge
from localcloud.cosmos.errors import bad_request
from localcloud.cosmos.http.change_feed import change_feed
from localcloud.cosmos.http.exchange import Exchange
from localcloud.cosmos.physical_partitions import window
from localcloud.cosmos.query import Scope, run_query
from localcloud.cosmos.query import read_feed as read_items
from localcloud.cosmos.resources import Container
from localcloud.cosmos.sql import SqlError, parameters_of
from localcloud.cosmos.sql import query_plan as plan_of
from localcloud.cosmos.store import CosmosStore


def scope_of(container: Container, exchange: Exchange) -> Scope:
    """Where the headers tell to look. Raises 410/1002 for a range that doesn't exist."""
    if exchange.has_partition_key:
        return Scope(key=exchange.partition_key, has_key=True)
    start, end = exchange.header("x-ms-start-epk"), exchange.header("x-ms-end-epk")
    range_id = exchange.header("x-ms-documentdb-partitionkeyrangeid")
    if range_id is not None:
        first, last = window(container, range_id)
        start, end = max(start or first, first), min(end or last, last)
    return Scope(
        epk_from=start,
        epk_to=end,
        whole_range=range_id is not None,
        cross_partition=exchange.flag("x-ms-documentdb-query-enablecrosspartition"),
    )


async def query(store: CosmosStore, container: Container, exchange: Exchange) -> web.Response:
    """One page of a query."""
    scope, body = scope_of(container, exchange), exchange.json()
    run = partial(
        run_query,
        container=container,
        body=body,
        scope=scope,
        now=store.now(),
        max_items=exchange.page_size,
        continuation=exchange.header("x-ms-continuation"),
    )
    page = await store.file.scan(run)  # on the event loop, a long one would keep every other client waiting
    return _page(container, exchange, page.results, page.continuation)


def query_plan(container: Container, exchange: Exchange) -> web.Response:
    """How the SDK is to merge the partitions' results."""
    body = exchange.json()
    features = exchange.header("x-ms-cosmos-supported-query-features") or ""
    try:
        plan = plan_of(str(body.get("query", "")), parameters_of(body.get("parameters")), features)
    except SqlError as error:
        raise bad_request(error.as_service_message()) from error
    return exchange.answer(200, plan, container=container)


async def read_feed(store: CosmosStore, container: Container, exchange: Exchange) -> web.Response:
    """One page of all items, or of the change feed."""
    if exchange.header("A-IM") is not None:
        return await change_feed(store, container, exchange, scope_of(container, exchange))
    scope, after = scope_of(container, exchange), _after(exchange.header("x-ms-continuation"))
    found, following = await store.file.scan(
        lambda connection: read_items(connection, container, scope, store.now(), after=after, limit=exchange.page_size)
    )
    return _page(container, exchange, found, None if following is None else f"item:{following}")


def _page(container: Container, exchange: Exchange, results: Sequence[object], token: str | None) -> web.Response:
    headers = {"x-ms-item-count": str(len(results))}
    if token is not None:
        headers["x-ms-continuation"] = token
    body = {"_rid": container.rid, "Documents": results, "_count": len(results)}
    return exchange.answer(200, body, charge=query_charge(len(results)), container=container, headers=headers)


def _after(token: str | None) -> int:
    if token is None:
        return 0
    kind, _, number = token.partition(":")
    if kind != "item" or not (number.isascii() and number.isdigit() and len(number) < len(str(2**63))):
        raise bad_request("The continuation token is not one of this feed.")
    return int(number)
