"""/dbs/{database}/colls/{container}/docs and one item."""

import sqlite3
from collections.abc import Callable
from http import HTTPStatus

from aiohttp import web

from localcloud.cosmos.batch import BatchFailedError, operations_of, run_batch
from localcloud.cosmos.charges import item_charge
from localcloud.cosmos.errors import CosmosError
from localcloud.cosmos.http.exchange import Exchange
from localcloud.cosmos.http.queries import query, query_plan, read_feed
from localcloud.cosmos.items import ItemTransaction, Outcome
from localcloud.cosmos.partition_key import KeyValue, key_of
from localcloud.cosmos.resources import Container
from localcloud.cosmos.store import CosmosStore

Operation = Callable[[ItemTransaction], Outcome]


def target(store: CosmosStore, exchange: Exchange) -> Container:
    """The container of the path. Raises a 404, and 400/1024 for clients that knew it before it was made anew."""
    found = store.container(exchange.segments[1], exchange.segments[3])
    intended = exchange.header("x-ms-cosmos-intended-collection-rid")
    if intended is not None and intended != found.rid:
        raise CosmosError(400, "The collection rid of the request is not that of the container.", substatus=1024)
    return found


async def items(store: CosmosStore, exchange: Exchange) -> web.Response:
    """Feeds, queries, query plans, batches, creates and upserts: told apart by headers, in this order."""
    container = target(store, exchange)
    if exchange.request.method == "GET":
        return await read_feed(store, container, exchange)
    if exchange.request.method != "POST":
        raise CosmosError(405, f"{exchange.request.method} is not possible on a list of items.")
    if exchange.flag("x-ms-cosmos-is-query-plan-request"):
        return query_plan(container, exchange)
    if exchange.flag("x-ms-documentdb-isquery") or "query+json" in exchange.request.content_type:
        return await query(store, container, exchange)
    if exchange.flag("x-ms-cosmos-is-batch-request"):
        return await _batch(store, container, exchange)
    return await _create(store, container, exchange)


async def item(store: CosmosStore, exchange: Exchange) -> web.Response:
    """Reads, replaces, patches or deletes one item."""
    container, item_id = target(store, exchange), exchange.segments[5]
    key, conditions = exchange.partition_key, exchange.conditions
    match exchange.request.method:
        case "GET":
            return _read(store, container, exchange, item_id)
        case "PUT":
            body = exchange.json()
            return await _write(
                store, container, exchange, key, "replace", lambda one: one.replace(item_id, body, conditions)
            )
        case "PATCH":
            body = exchange.json()
            return await _write(
                store, container, exchange, key, "patch", lambda one: one.patch(item_id, body, conditions)
            )
        case "DELETE":
            return await _write(store, container, exchange, key, "delete", lambda one: one.delete(item_id, conditions))
        case method:
            raise CosmosError(405, f"{method} is not possible on an item.")


async def _create(store: CosmosStore, container: Container, exchange: Exchange) -> web.Response:
    document, conditions = exchange.json(), exchange.conditions
    key = exchange.partition_key if exchange.has_partition_key else key_of(document, container.partition_key_path)
    if exchange.flag("x-ms-documentdb-is-upsert"):
        return await _write(store, container, exchange, key, "upsert", lambda one: one.upsert(document, conditions))
    return await _write(store, container, exchange, key, "create", lambda one: one.create(document))


async def _write(  # noqa: PLR0917 - one place for what every write does
    store: CosmosStore, container: Container, exchange: Exchange, key: KeyValue, name: str, operation: Operation
) -> web.Response:
    now = store.now()

    def job(connection: sqlite3.Connection, lsn: int) -> Outcome:
        return operation(ItemTransaction(connection, container, key, now, lsn))

    outcome = await store.write(container, job)
    body = None if exchange.header("Prefer") == "return=minimal" else outcome.item
    etag = None if outcome.item is None else str(outcome.item["_etag"])
    charge = item_charge(name, outcome.size)
    return exchange.answer(outcome.status, body, charge=charge, etag=etag, container=container)


def _read(store: CosmosStore, container: Container, exchange: Exchange, item_id: str) -> web.Response:
    key = exchange.partition_key
    outcome = store.file.read(
        lambda connection: ItemTransaction(connection, container, key, store.now(), container.lsn).read(item_id)
    )
    assert outcome.item is not None  # noqa: S101 - a read answers with an item or raises
    etag = str(outcome.item["_etag"])
    charge = item_charge("read", outcome.size)
    if exchange.header("If-None-Match") in (etag, "*"):
        return exchange.answer(HTTPStatus.NOT_MODIFIED, etag=etag, charge=charge, container=container)
    return exchange.answer(outcome.status, outcome.item, charge=charge, etag=etag, container=container)


async def _batch(store: CosmosStore, container: Container, exchange: Exchange) -> web.Response:
    operations, key, now = operations_of(exchange.body), exchange.partition_key, store.now()
    try:
        answers = await store.write(
            container,
            lambda connection, lsn: run_batch(ItemTransaction(connection, container, key, now, lsn), operations),
        )
        status: int = HTTPStatus.OK
    except BatchFailedError as failed:
        answers, status = failed.answers, HTTPStatus.MULTI_STATUS
    charge = round(sum(float(one["requestCharge"]) for one in answers), 2)
    return exchange.answer(status, answers, charge=charge, container=container)
