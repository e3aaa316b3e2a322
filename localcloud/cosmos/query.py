"""Queries and feeds over stored items: scope, push-down, paging."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from localcloud.cosmos import json_text
from localcloud.cosmos.errors import bad_request
from localcloud.cosmos.indexing import check_sortable
from localcloud.cosmos.partition_key import KeyValue, canonical
from localcloud.cosmos.resources import Container
from localcloud.cosmos.sql import (
    Page,
    SqlError,
    compile_query,
    fixed_partition_key,
    needs_plan,
    parameters_of,
    pushdown,
)

DEFAULT_PAGE = 100


@dataclass(frozen=True)
class Scope:
    """Where a query looks: one logical partition, an EPK window, or everywhere."""

    key: KeyValue | None = None
    has_key: bool = False
    epk_from: str | None = None
    epk_to: str | None = None
    whole_range: bool = False
    """The request names the one physical partition: the SDK merges the results."""
    cross_partition: bool = False

    def where(self, container: Container, now: datetime) -> tuple[str, list[Any]]:
        """The SQL condition on the items table."""
        sql, arguments = "container = ? AND expires > ?", [container.key, int(now.timestamp())]
        if self.has_key:
            return f"{sql} AND pk = ?", [*arguments, canonical(self.key)]
        if self.epk_from is not None and self.epk_to is not None:
            return f"{sql} AND epk >= ? AND epk < ?", [*arguments, self.epk_from, self.epk_to]
        return sql, arguments


def run_query(
    connection: sqlite3.Connection,
    container: Container,
    body: dict[str, Any],
    scope: Scope,
    now: datetime,
    **paging: Any,
) -> Page:
    """One page of a query: `max_items` and `continuation` as paging. Raises a 400; substatus 1004 asks for a plan."""
    text = body.get("query")
    if not isinstance(text, str):
        raise bad_request("The query is missing.")
    try:
        query, parameters = compile_query(text), parameters_of(body.get("parameters"))
        query.check(parameters, None)
        check_sortable(query, container.definition["indexingPolicy"])
        scope = _scope_of(query, parameters, container, scope)
        if scope.cross_partition and not scope.whole_range and needs_plan(query):
            raise bad_request("The provided cross partition query can not be directly served by the gateway.", 1004)
        pushed = pushdown(query, parameters, column="body")
        where, arguments = scope.where(container, now)
        item_id = fixed_partition_key(query, parameters, ["/id"])
        if item_id is not None and isinstance(
            item_id[0], str
        ):  # an index, where the push-down would look at every item
            where, arguments = f"{where} AND id = ?", [*arguments, item_id[0]]
        start = query.resume_position(paging.get("continuation"))
        documents = _scan(connection, f"{where} AND ({pushed.sql})", [*arguments, *pushed.arguments], start)
        indexes = container.definition["indexingPolicy"].get("compositeIndexes", [])
        return query.page(documents, parameters, now=now, composite_indexes=indexes, **paging)
    except SqlError as error:
        raise bad_request(error.as_service_message()) from error


def _scope_of(query: Any, parameters: dict[str, Any], container: Container, scope: Scope) -> Scope:
    if scope.has_key or scope.whole_range or scope.cross_partition or scope.epk_from is not None:
        return scope
    fixed = fixed_partition_key(query, parameters, [container.partition_key_path])
    if fixed is None:
        raise bad_request(
            "Cross partition query is required but disabled. Please set x-ms-documentdb-query-enablecrosspartition "
            "to true, specify x-ms-documentdb-partitionkey, or revise your query to avoid this exception."
        )
    return Scope(key=cast(KeyValue, fixed[0]), has_key=True)


def read_feed(
    connection: sqlite3.Connection, container: Container, scope: Scope, now: datetime, *, after: int, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    """All items in scope, `limit` at a time, after item number `after`; and the number to go on after."""
    where, arguments = scope.where(container, now)
    rows = list(_scan(connection, f"{where} AND number > ?", [*arguments, after], None, limit + 1))
    following = rows[limit - 1][0] if len(rows) > limit else None
    return [item for _, item in rows[:limit]], following


def _scan(
    connection: sqlite3.Connection, where: str, arguments: list[Any], start: int | None, limit: int = -1
) -> Iterator[tuple[int, dict[str, Any]]]:
    sql = f"SELECT number, body FROM items WHERE {where} AND number >= ? ORDER BY number LIMIT ?"  # noqa: S608 - built from fixed texts; values are arguments
    for number, body in connection.execute(sql, (*arguments, start or 0, limit)):
        yield number, json_text.parsed(body)
