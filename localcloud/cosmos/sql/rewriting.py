"""The query that an SDK sends to each partition instead of the original, so that it can merge the answers."""

import json
from typing import Final

from localcloud.cosmos.sql import nodes
from localcloud.cosmos.sql.aggregates import ACCUMULATORS
from localcloud.cosmos.sql.grouping import has_aggregates
from localcloud.cosmos.sql.limits import Window
from localcloud.cosmos.sql.projection import result_names
from localcloud.cosmos.sql.sources import first_alias

FILTER_PLACEHOLDER: Final = "{documentdb-formattableorderbyquery-filter}"
"""Where an SDK puts the condition that resumes a sorted query; `true` at the start."""


def source_text(query: nodes.Query, node: nodes.Expression) -> str:
    """An expression as the client wrote it."""
    start, end = node.span
    return query.text[start:end]


def rewritten_query(query: nodes.Query, window: Window) -> str:
    """The text for `rewrittenQuery`; empty when the original can be sent as it is."""
    select = query.select
    if query.group_by or (has_aggregates(query) and select.value is None):
        return _clauses(_grouped_selection(query), query, group_by=_group_by(query))
    if select.value is not None and has_aggregates(query):
        return _clauses(f"SELECT VALUE [{_partial(query, select.value)}]", query)
    if query.order_by:
        return _ordered(query, window)
    if query.limit is not None and not select.distinct:
        return _clauses(f"SELECT {_selection(query)}", query, tail=_limit(query, window))
    if select.distinct and (query.limit is not None or select.top is not None):
        return _clauses(f"SELECT DISTINCT {_selection(query)}", query)
    return ""


def _ordered(query: nodes.Query, window: Window) -> str:
    select = query.select
    sorts = ", ".join(f'{{"item": {source_text(query, item.expression)}}}' for item in query.order_by)
    keeps_limit = not select.distinct
    top = f"TOP {window.limit} " if select.top is not None and keeps_limit else ""
    head = f"SELECT {top}{first_alias(query)}._rid, [{sorts}] AS orderByItems, {_payload(query)} AS payload"
    conditions = [f"({FILTER_PLACEHOLDER})"]
    if query.where is not None:
        conditions.insert(0, f"({source_text(query, query.where)})")
    if select.value is not None:
        conditions.append(f"IS_DEFINED({source_text(query, select.value)})")
    tail = query.text[slice(*query.order_span)] if query.order_span else ""
    if query.limit is not None and keeps_limit:
        tail = f"{tail} {_limit(query, window)}"
    return f"{head} {_from(query)} WHERE {' AND '.join(conditions)} {tail}"


def _clauses(head: str, query: nodes.Query, *, group_by: str = "", tail: str = "") -> str:
    where = f"WHERE {source_text(query, query.where)}" if query.where is not None else ""
    return " ".join(part for part in (head, _from(query), where, group_by, tail) if part)


def _from(query: nodes.Query) -> str:
    return query.text[slice(*query.from_span)] if query.from_span else ""


def _limit(query: nodes.Query, window: Window) -> str:
    return f"OFFSET 0 LIMIT {window.offset + (window.limit or 0)}" if query.limit is not None else ""


def _group_by(query: nodes.Query) -> str:
    keys = ", ".join(source_text(query, key) for key in query.group_by)
    return f"GROUP BY {keys}" if keys else ""


def _selection(query: nodes.Query) -> str:
    select = query.select
    if select.everything:
        return "*"
    if select.value is not None:
        return f"VALUE {source_text(query, select.value)}"
    items = [source_text(query, item.expression) + (f" AS {item.alias}" if item.alias else "") for item in select.items]
    return ", ".join(items)


def _payload(query: nodes.Query) -> str:
    select = query.select
    if select.value is not None:
        return source_text(query, select.value)
    if select.everything:
        return first_alias(query)
    return _object(query, {})


def _grouped_selection(query: nodes.Query) -> str:
    keys = ", ".join(f'{{"item": {source_text(query, key)}}}' for key in query.group_by)
    head = f"[{keys}] AS groupByItems, " if keys else ""
    if query.select.value is not None:
        payload = _partial(query, query.select.value)
    else:
        partials = {
            name: _partial(query, item.expression)
            for name, item in zip(result_names(query.select.items), query.select.items, strict=True)
        }
        payload = _object(query, partials)
    return f"SELECT {head}{payload} AS payload"


def _object(query: nodes.Query, replaced: dict[str, str]) -> str:
    items = query.select.items
    entries = [
        f"{json.dumps(name)}: {replaced.get(name) or source_text(query, item.expression)}"
        for name, item in zip(result_names(items), items, strict=True)
    ]
    return f"{{{', '.join(entries)}}}"


def _partial(query: nodes.Query, node: nodes.Expression) -> str:
    """What a partition returns for an expression: an aggregate as an item to merge, anything else as it is."""
    if not (isinstance(node, nodes.Call) and node.name in ACCUMULATORS):
        return source_text(query, node)
    if node.name == "AVG":
        argument = source_text(query, node.arguments[0])
        return f'{{"item": {{"sum": SUM({argument}), "count": COUNT({argument})}}}}'
    return f'{{"item": {source_text(query, node)}}}'
