"""/dbs/{database}/colls, one container, its pkranges, and the deletion of a logical partition."""

import json
from http import HTTPStatus

from aiohttp import web

from localcloud.cosmos.errors import CosmosError, bad_request
from localcloud.cosmos.http.exchange import Exchange
from localcloud.cosmos.http.listing import chosen, is_query
from localcloud.cosmos.partition_key import canonical
from localcloud.cosmos.physical_partitions import windows
from localcloud.cosmos.resources import DEFAULT_THROUGHPUT, Container, checked_throughput
from localcloud.cosmos.store import CosmosStore


async def containers(store: CosmosStore, exchange: Exchange) -> web.Response:
    """Lists the containers of a database, all or by a query, or creates one."""
    database = store.database(exchange.segments[1])
    if exchange.request.method == "POST" and not is_query(exchange):
        created = await store.create_container(database, exchange.json(), _throughput(exchange))
        return exchange.answer(HTTPStatus.CREATED, created.document(), etag=created.etag, container=created)
    found = chosen(exchange, [container.document() for container in database.containers.values()], store.now())
    body = {"_rid": database.rid, "DocumentCollections": found, "_count": len(found)}
    return exchange.answer(200, body)


async def container(store: CosmosStore, exchange: Exchange) -> web.Response:
    """Reads, replaces or deletes one container."""
    found = store.container(exchange.segments[1], exchange.segments[3])
    match exchange.request.method:
        case "GET":
            return exchange.answer(200, found.document(), etag=found.etag, container=found)
        case "PUT":
            await store.replace_container(found, exchange.json())
            return exchange.answer(200, found.document(), etag=found.etag, container=found)
        case "DELETE":
            await store.delete_container(found)
            return exchange.answer(HTTPStatus.NO_CONTENT)
        case method:
            raise CosmosError(405, f"{method} is not possible on a container.")


async def partition_key_ranges(store: CosmosStore, exchange: Exchange) -> web.Response:
    """The physical partitions. Without the 304 the SDKs ask for ever."""
    found = store.container(exchange.segments[1], exchange.segments[3])
    if exchange.request.method != "GET":
        raise CosmosError(405, f"{exchange.request.method} is not possible on pkranges.")
    if exchange.header("If-None-Match") == found.etag:
        return exchange.answer(HTTPStatus.NOT_MODIFIED, etag=found.etag)
    return exchange.answer(200, _ranges(found), etag=found.etag)


def _ranges(found: Container) -> dict[str, object]:
    ranges = [
        {
            "_rid": f"{found.rid[:-1]}{chr(ord('A') + number % 26)}",
            "id": str(number),
            "_etag": found.etag,
            "minInclusive": start,
            "maxExclusive": end,
            "ridPrefix": number,
            "_self": f"{found.self_link}pkranges/{number}/",
            "throughputFraction": 1 / found.ranges,
            "status": "online",
            "parents": [],
            "_ts": found.timestamp,
        }
        for number, (start, end) in enumerate(windows(found))
    ]
    return {"_rid": found.rid, "PartitionKeyRanges": ranges, "_count": len(ranges)}


async def delete_partition(store: CosmosStore, exchange: Exchange) -> web.Response:
    """Removes every item of one logical partition."""
    found = store.container(exchange.segments[1], exchange.segments[3])
    key = canonical(exchange.partition_key)
    await store.write(
        found,
        lambda connection, _lsn: connection.execute(
            "DELETE FROM items WHERE container = ? AND pk = ?", (found.key, key)
        ),
    )
    return exchange.answer(200, container=found)


def _throughput(exchange: Exchange) -> int:
    """The throughput asked for, manual or as the autoscale maximum. Raises a 400."""
    manual, automatic = (
        exchange.header("x-ms-offer-throughput"),
        exchange.header("x-ms-cosmos-offer-autopilot-settings"),
    )
    try:
        if automatic is not None:
            return checked_throughput(json.loads(automatic)["maxThroughput"])
        return DEFAULT_THROUGHPUT if manual is None else checked_throughput(int(manual))
    except (ValueError, KeyError, TypeError):
        raise bad_request(f"The throughput {manual or automatic!r} is not valid.") from None
