"""/offers: the throughput of containers, found by a query on `resource`."""

from typing import Any

from aiohttp import web

from localcloud.cosmos.errors import CosmosError, bad_request, not_found
from localcloud.cosmos.http.exchange import Exchange
from localcloud.cosmos.resources import Container, checked_throughput
from localcloud.cosmos.store import CosmosStore


async def offers(store: CosmosStore, exchange: Exchange) -> web.Response:
    """All offers, or those of the resource that the query's parameter names."""
    found = [_offer(container) for container in _containers(store)]
    if exchange.request.method == "POST":
        links = _links(exchange.json().get("parameters"))
        found = [offer for offer in found if not links or offer["resource"].strip("/") in links]
    return exchange.answer(200, {"_rid": "", "Offers": found, "_count": len(found)})


async def offer(store: CosmosStore, exchange: Exchange) -> web.Response:
    """Reads or replaces one offer."""
    wanted = exchange.segments[1]
    for container in _containers(store):
        if _offer_id(container).lower() == wanted.lower():
            if exchange.request.method == "PUT":
                await store.set_throughput(container, _throughput(exchange.json()))
            elif exchange.request.method != "GET":
                raise CosmosError(405, f"{exchange.request.method} is not possible on an offer.")
            return exchange.answer(200, _offer(container))
    raise not_found()


def _links(parameters: Any) -> set[str]:
    if not isinstance(parameters, list | None):
        raise bad_request("The query parameters must be an array.")
    return {str(one.get("value")).strip("/") for one in parameters or () if isinstance(one, dict)}


def _containers(store: CosmosStore) -> list[Container]:
    return [container for database in store.databases.values() for container in database.containers.values()]


def _offer_id(container: Container) -> str:
    return container.rid.rstrip("=")


def _offer(container: Container) -> dict[str, Any]:
    return {
        "resource": container.self_link,
        "offerType": "Invalid",
        "offerResourceId": container.rid,
        "offerVersion": "V2",
        "content": {"offerThroughput": container.throughput},
        "id": _offer_id(container),
        "_rid": _offer_id(container),
        "_self": f"offers/{_offer_id(container)}/",
        "_etag": container.etag,
        "_ts": container.timestamp,
    }


def _throughput(body: dict[str, Any]) -> int:
    content = body.get("content")
    return checked_throughput(content.get("offerThroughput") if isinstance(content, dict) else None)
