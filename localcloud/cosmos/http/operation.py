"""What a request does, in the words of fault rules."""

from localcloud.cosmos.faults import Operation
from localcloud.cosmos.http.exchange import Exchange

_ON_ITEMS: dict[str, Operation] = {"GET": "read", "PUT": "replace", "PATCH": "patch", "DELETE": "delete"}


def operation_of(exchange: Exchange) -> Operation:
    """The operation on items; "metadata" for whatever concerns the account, databases, containers, ranges, offers."""
    segments, method = exchange.segments, exchange.request.method
    if segments[4:5] == ["operations"]:
        return "deletePartition"
    if segments[4:5] != ["docs"]:
        return "metadata"
    if len(segments) > 5:
        return _ON_ITEMS.get(method, "metadata")
    return "feed" if method == "GET" else _posted(exchange)


def _posted(exchange: Exchange) -> Operation:
    if exchange.flag("x-ms-cosmos-is-query-plan-request"):
        return "metadata"
    if exchange.flag("x-ms-documentdb-isquery") or "query+json" in exchange.request.content_type:
        return "query"
    if exchange.flag("x-ms-cosmos-is-batch-request"):
        return "batch"
    return "upsert" if exchange.flag("x-ms-documentdb-is-upsert") else "create"
