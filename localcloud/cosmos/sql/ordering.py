"""ORDER BY: what may be sorted by, in which direction, and which index the service would need."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from localcloud.cosmos.sql import nodes
from localcloud.cosmos.sql.errors import SqlBadRequestError
from localcloud.cosmos.sql.paths import path_of

CompositeIndex: TypeAlias = Sequence[Mapping[str, str]]
"""One entry of indexingPolicy.compositeIndexes: `[{"path": "/a", "order": "ascending"}, …]`."""


def check_order_items(query: nodes.Query) -> None:
    """Raises SqlBadRequestError when an ORDER BY expression is no property path, or comes with GROUP BY."""
    if query.order_by and query.group_by:
        raise SqlBadRequestError(
            "'ORDER BY' is not supported with 'GROUP BY'.", code="SC2204", position=query.order_span
        )
    for item in query.order_by:
        base, keys = path_of(item.expression)
        if not isinstance(base, nodes.Name) or not keys:
            raise SqlBadRequestError(
                "Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.",
                code="SC2206",
                position=item.expression.span,
            )


def check_composite_index(query: nodes.Query, composite_indexes: Sequence[CompositeIndex]) -> None:
    """Raises SqlBadRequestError when ORDER BY has several items and no composite index serves them."""
    if len(query.order_by) < 2:
        return
    wanted = [(_index_path(item.expression), item.descending) for item in query.order_by]
    reverse = [(path, not descending) for path, descending in wanted]
    for index in composite_indexes:
        columns = [(entry["path"], entry.get("order", "ascending").lower() == "descending") for entry in index]
        if columns in (wanted, reverse):
            return
    raise SqlBadRequestError(
        "The order by query does not have a corresponding composite index that it can be served from.",
        code="SC2207",
        position=query.order_span,
    )


def _index_path(expression: nodes.Expression) -> str:
    _, keys = path_of(expression)
    return "".join("/[]" if isinstance(key, int) else f"/{key}" for key in keys)
