"""Short ways to run a query in these tests."""

from collections.abc import Iterable
from datetime import UTC, datetime

from localcloud.cosmos.sql import compile_query, execute

NOW = datetime(2026, 3, 4, 5, 6, 7, 890123, tzinfo=UTC)

ORDERS: list[dict[str, object]] = [
    {"id": "o1", "customer": "ann", "status": "paid", "total": 1250, "tags": ["new", "gift"], "paidAt": "2026-01-05"},
    {"id": "o2", "customer": "bob", "status": "open", "total": 300, "tags": [], "note": None},
    {"id": "o3", "customer": "ann", "status": "open", "total": 990.5, "tags": ["gift"], "to": {"city": "Oslo"}},
    {
        "id": "o4",
        "customer": "cid",
        "status": "sent",
        "total": 75,
        "lines": [{"sku": "a", "n": 2}, {"sku": "b", "n": 1}],
    },
    {"id": "o5", "customer": "bob", "status": "paid", "total": "n/a", "to": {"city": "Rome", "zip": 10}},
]


def run(text: str, documents: Iterable[dict[str, object]] = ORDERS, **parameters: object) -> list[object]:
    """All results; parameters without their @."""
    return execute(text, {f"@{name}": value for name, value in parameters.items()}, list(documents), now=NOW)


def value_of(expression: str, document: dict[str, object] | None = None) -> list[object]:
    """`[value]` of an expression over one document `c`; `[]` when it is undefined."""
    return run(f"SELECT VALUE {expression} FROM c", [document if document is not None else {}])


def pages(text: str, documents: list[dict[str, object]], size: int) -> list[list[object]]:
    """The results page by page, each fetched with the token of the one before."""
    query, found, token = compile_query(text), [], None
    while True:
        page = query.page(enumerate(documents), {}, now=NOW, max_items=size, continuation=token)
        found.append(page.results)
        token = page.continuation
        if token is None:
            return found
