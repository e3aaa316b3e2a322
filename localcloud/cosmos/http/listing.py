"""Lists of databases and containers, all of them or what a query picks."""

from datetime import datetime
from typing import Any

from localcloud.cosmos.errors import CosmosError, bad_request
from localcloud.cosmos.http.exchange import Exchange
from localcloud.cosmos.sql import SqlError, execute, parameters_of


def is_query(exchange: Exchange) -> bool:
    """Whether a POST asks instead of creating."""
    return exchange.flag("x-ms-documentdb-isquery") or "query+json" in exchange.request.content_type


def chosen(exchange: Exchange, resources: list[dict[str, Any]], now: datetime) -> list[Any]:
    """The resources that a GET or a query asks for. Raises a 400 for a query that is none, a 405 for other methods."""
    if exchange.request.method == "GET":
        return resources
    if exchange.request.method != "POST":
        raise CosmosError(405, f"{exchange.request.method} is not possible on a list of databases or containers.")
    body = exchange.json()
    text = body.get("query")
    if not isinstance(text, str):
        raise bad_request("The query is missing.")
    try:
        return execute(text, parameters_of(body.get("parameters")), resources, now=now)
    except SqlError as error:
        raise bad_request(error.as_service_message()) from error
