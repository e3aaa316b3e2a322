"""/dbs and /dbs/{database}."""

from http import HTTPStatus

from aiohttp import web

from localcloud.cosmos.errors import CosmosError
from localcloud.cosmos.http.exchange import Exchange
from localcloud.cosmos.http.listing import chosen, is_query
from localcloud.cosmos.store import CosmosStore


async def databases(store: CosmosStore, exchange: Exchange) -> web.Response:
    """Lists databases, all or by a query, or creates one."""
    if exchange.request.method == "POST" and not is_query(exchange):
        created = await store.create_database(exchange.json())
        return exchange.answer(HTTPStatus.CREATED, created.document(), etag=created.etag)
    found = chosen(exchange, [database.document() for database in store.databases.values()], store.now())
    return exchange.answer(200, {"_rid": "", "Databases": found, "_count": len(found)})


async def database(store: CosmosStore, exchange: Exchange) -> web.Response:
    """Reads or deletes one database."""
    found = store.database(exchange.segments[1])
    match exchange.request.method:
        case "GET":
            return exchange.answer(200, found.document(), etag=found.etag)
        case "DELETE":
            await store.delete_database(found.id)
            return exchange.answer(HTTPStatus.NO_CONTENT)
        case method:
            raise CosmosError(405, f"{method} is not possible on a database.")
