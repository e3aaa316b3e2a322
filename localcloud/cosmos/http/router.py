"""From a path to the module that answers it."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from localcloud.cosmos.errors import CosmosError, bad_request, not_built, not_found
from localcloud.cosmos.http.account import account
from localcloud.cosmos.http.containers import container, containers, delete_partition, partition_key_ranges
from localcloud.cosmos.http.databases import database, databases
from localcloud.cosmos.http.exchange import Exchange
from localcloud.cosmos.http.items import item, items
from localcloud.cosmos.http.offers import offer, offers
from localcloud.cosmos.store import CosmosStore

Handler = Callable[[CosmosStore, Exchange], Awaitable[web.Response]]

_OUT_OF_SCOPE = frozenset({"sprocs", "triggers", "udfs", "users", "permissions", "conflicts", "clientencryptionkeys"})


async def _account(_store: CosmosStore, exchange: Exchange) -> web.Response:
    if exchange.request.method != "GET":
        raise CosmosError(405, f"{exchange.request.method} is not possible on the account.")
    return account(exchange)


_BY_SHAPE: dict[tuple[str, ...], Handler] = {
    (): _account,
    ("dbs",): databases,
    ("dbs", "*"): database,
    ("dbs", "*", "colls"): containers,
    ("dbs", "*", "colls", "*"): container,
    ("dbs", "*", "colls", "*", "pkranges"): partition_key_ranges,
    ("dbs", "*", "colls", "*", "operations", "partitionkeydelete"): delete_partition,
    ("dbs", "*", "colls", "*", "docs"): items,
    ("dbs", "*", "colls", "*", "docs", "*"): item,
    ("offers",): offers,
    ("offers", "*"): offer,
}


def handler_of(segments: list[str]) -> Handler:
    """The handler for a path's segments. Raises a 404, or a 400 that names what isn't built."""
    for shape, handler in _BY_SHAPE.items():
        if len(shape) == len(segments) and all(
            wanted in ("*", given) for wanted, given in zip(shape, segments, strict=True)
        ):
            return handler
    if "addresses" in segments:
        raise bad_request("Direct mode is not possible here: use Gateway mode.")
    if unbuilt := _OUT_OF_SCOPE & set(segments):
        raise not_built(f"The resource type {', '.join(sorted(unbuilt))}")
    raise not_found()
