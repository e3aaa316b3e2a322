"""Query plans: how an SDK has to merge the answers of several partitions, and which query it should send to each."""

from collections.abc import Collection, Mapping
from typing import Final

from localcloud.cosmos.sql import nodes
from localcloud.cosmos.sql.compiled import CompiledQuery, compile_query
from localcloud.cosmos.sql.errors import SqlBadRequestError
from localcloud.cosmos.sql.grouping import has_aggregates
from localcloud.cosmos.sql.limits import Window, window_of
from localcloud.cosmos.sql.plan_aggregates import aggregate_kind, aggregates_in, check_compositions
from localcloud.cosmos.sql.projection import result_names
from localcloud.cosmos.sql.rewriting import rewritten_query, source_text
from localcloud.cosmos.sql.values import Value

FULL_RANGE: Final = {"min": "", "max": "FF", "isMinInclusive": True, "isMaxInclusive": False}


def needs_plan(query: CompiledQuery) -> bool:
    """Whether a client must merge the answers of several partitions by a plan (the 400 with substatus 1004)."""
    select = query.query.select
    return bool(
        query.query.order_by
        or query.query.group_by
        or query.query.limit is not None
        or select.top is not None
        or select.distinct
        or has_aggregates(query.query)
    )


def query_plan(
    text: str, parameters: Mapping[str, Value], supported_features: str | Collection[str]
) -> dict[str, object]:
    """The answer to a query plan request.

    `supported_features` is the header x-ms-cosmos-supported-query-features or its parts. Raises SqlError for an
    invalid query, and SqlBadRequestError for one whose merging the client does not support, as the service does.
    """
    compiled = compile_query(text)
    compiled.check(parameters, None)
    query = compiled.query
    check_compositions(query)
    _check_features(query, supported_features)
    return {
        "partitionedQueryExecutionInfoVersion": 2,
        "queryInfo": _query_info(query, window_of(query, parameters)),
        "queryRanges": [dict(FULL_RANGE)],
    }


def _query_info(query: nodes.Query, window: Window) -> dict[str, object]:
    has_limit = query.limit is not None
    return {
        "distinctType": _distinct_type(query),
        "top": window.limit if query.select.top is not None else None,
        "offset": window.offset if has_limit else None,
        "limit": window.limit if has_limit else None,
        "orderBy": ["Descending" if item.descending else "Ascending" for item in query.order_by],
        "orderByExpressions": [source_text(query, item.expression) for item in query.order_by],
        "groupByExpressions": [source_text(query, key) for key in query.group_by],
        **_aggregation_info(query),
        "rewrittenQuery": rewritten_query(query, window),
        "hasSelectValue": query.select.value is not None,
        "dCountInfo": None,
        "hasNonStreamingOrderBy": False,
    }


def _aggregation_info(query: nodes.Query) -> dict[str, object]:
    value = query.select.value
    aggregates = [aggregate_kind(value)] if value is not None and has_aggregates(query) else []
    aliases: dict[str, str | None] = {}
    if value is None and (query.group_by or has_aggregates(query)):
        items = query.select.items
        for name, item in zip(result_names(items), items, strict=True):
            aliases[name] = aggregate_kind(item.expression)
    return {
        "groupByAliases": list(aliases),
        "aggregates": aggregates,
        "groupByAliasToAggregateType": aliases,
    }


def _distinct_type(query: nodes.Query) -> str:
    if not query.select.distinct:
        return "None"
    if query.select.value is not None:
        selected = [query.select.value]
    else:
        selected = [item.expression for item in query.select.items]
    # Duplicates are neighbours only when everything selected is sorted by.
    ordered = bool(query.order_by) and selected == [item.expression for item in query.order_by]
    return "Ordered" if ordered else "Unordered"


def _check_features(query: nodes.Query, supported: str | Collection[str]) -> None:
    offered = {part.strip() for part in (supported.split(",") if isinstance(supported, str) else supported)}
    missing = [feature for feature, used in _features(query).items() if used and feature not in offered]
    if missing:
        contained = " ".join(
            f"Query contained {feature}, which the calling client does not support." for feature in missing
        )
        raise SqlBadRequestError(
            "Query contains 1 or more unsupported features. Upgrade your SDK to a version that does support the "
            f"requested features: {contained}",
            code="SC2301",
        )


def _features(query: nodes.Query) -> dict[str, bool]:
    calls = aggregates_in(query.select)
    return {
        "Aggregate": bool(calls),
        "CountIf": any(call.name == "COUNTIF" for call in calls),
        "NonValueAggregate": bool(calls) and query.select.value is None,
        "MultipleAggregates": len(calls) > 1,
        "GroupBy": bool(query.group_by),
        "Distinct": query.select.distinct,
        "OrderBy": bool(query.order_by),
        "MultipleOrderBy": len(query.order_by) > 1,
        "OffsetAndLimit": query.limit is not None,
        "Top": query.select.top is not None,
    }
