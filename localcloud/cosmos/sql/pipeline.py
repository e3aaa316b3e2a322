"""A query compiled: FROM, WHERE, GROUP BY, SELECT, ORDER BY and DISTINCT as one pass over scopes.

TOP and OFFSET LIMIT are applied by whoever takes the rows, because they span pages.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from localcloud.cosmos.sql import nodes
from localcloud.cosmos.sql.aggregates import Aggregate
from localcloud.cosmos.sql.errors import SqlBadRequestError
from localcloud.cosmos.sql.expressions import ExpressionCompiler
from localcloud.cosmos.sql.grouping import Group, Position, group_key, has_aggregates
from localcloud.cosmos.sql.limits import window_of
from localcloud.cosmos.sql.ordering import check_order_items
from localcloud.cosmos.sql.projection import compile_projection
from localcloud.cosmos.sql.scope import Evaluator, Scope
from localcloud.cosmos.sql.sources import Rows, Sources
from localcloud.cosmos.sql.values import UNDEFINED, Value, canonical, sort_key


class Row(NamedTuple):
    """One result with its place: sorted by the ORDER BY values, then by document, then within the document."""

    order: tuple[Value, ...]
    position: Position
    ordinal: int
    value: Value


class Pipeline:
    """One compiled query or subquery; holds no state of a run and may run many times at once."""

    def __init__(self, query: nodes.Query, outer: frozenset[str] = frozenset()) -> None:
        self.query = query
        self._sources = Sources(query, outer, _subquery_rows)
        aliases = self._sources.aliases
        plain = ExpressionCompiler(aliases, _subquery_value)
        check_order_items(query)
        self._where = plain.compile(query.where) if query.where is not None else None
        self._keys = [plain.compile(key) for key in query.group_by]
        self._order = [plain.compile(item.expression) for item in query.order_by]
        self._descending = [item.descending for item in query.order_by]
        self._aggregates: list[Aggregate] = []
        self.is_grouped = bool(query.group_by) or has_aggregates(query)
        compiler = ExpressionCompiler(
            aliases,
            _subquery_value,
            aggregates=self._aggregates,
            group_keys=query.group_by if self.is_grouped else None,
        )
        own = aliases - outer
        self._project = compile_projection(query, compiler, next(iter(own)) if len(query.sources) == 1 else None)

    def matching(self, scope: Scope) -> Iterator[Scope]:
        """The scopes that FROM makes of one and WHERE keeps."""
        where = self._where
        for row in self._sources.scopes(scope):
            if where is None or where(row) is True:
                yield row

    def document_scope(self, scope: Scope) -> Iterator[Scope]:
        """As `matching`, for a scope of the top level, with a short cut for `FROM c`."""
        alias = self._sources.root_alias
        if alias is None or len(self.query.sources) > 1:
            yield from self.matching(scope)
            return
        scope.bindings = {alias: scope.root}
        if self._where is None or self._where(scope) is True:
            yield scope

    def rows(self, matched: Iterable[tuple[Position, int, Scope]], empty: Scope) -> Iterator[Row]:
        """The results in their final order; lazily unless they must be sorted or grouped.

        `empty` is a scope without aliases, in which aggregates over nothing are presented.
        """
        results = self._grouped(matched, empty) if self.is_grouped else self._single(matched)
        if self._order:
            results = iter(self._sorted(results))
        return _distinct(results) if self.query.select.distinct else results

    def _single(self, matched: Iterable[tuple[Position, int, Scope]]) -> Iterator[Row]:
        project, order_by = self._project, self._order
        for position, ordinal, scope in matched:
            order = tuple([item(scope) for item in order_by])
            # Items without a property to sort by are not in the index that serves the order.
            if order_by and UNDEFINED in order:
                continue
            value = project(scope)
            if value is not UNDEFINED:
                yield Row(order, position, ordinal, value)

    def _grouped(self, matched: Iterable[tuple[Position, int, Scope]], empty: Scope) -> Iterator[Row]:
        groups: dict[tuple[bytes, ...], Group] = {}
        for position, ordinal, scope in matched:
            key = tuple([group_key(evaluate(scope)) for evaluate in self._keys])
            group = groups.get(key)
            if group is None:
                group = groups[key] = Group(position, ordinal, scope, self._aggregates)
            group.add(scope)
        if not groups and not self._keys:
            groups[()] = Group(0, 0, empty, self._aggregates)
        for group in groups.values():
            value = self._project(group.finished())
            if value is not UNDEFINED:
                yield Row((), group.position, group.ordinal, value)

    def _sorted(self, results: Iterable[Row]) -> list[Row]:
        rows = list(results)
        for at in reversed(range(len(self._descending))):
            rows.sort(key=lambda row: sort_key(row.order[at]), reverse=self._descending[at])
        return rows

    def values(self, scope: Scope) -> Iterator[Value]:
        """The results as a subquery of a row."""
        matched = ((0, at, row) for at, row in enumerate(self.matching(scope)))
        window = window_of(self.query, scope.parameters)
        return window.cut(row.value for row in self.rows(matched, scope))


def _distinct(results: Iterable[Row]) -> Iterator[Row]:
    seen: set[bytes] = set()
    for row in results:
        key = canonical(row.value)
        if key not in seen:
            seen.add(key)
            yield row


def _subquery_rows(query: nodes.Query, outer: frozenset[str]) -> Rows:
    pipeline = Pipeline(query, outer)
    return pipeline.values


def _subquery_value(node: nodes.Subquery, outer: frozenset[str]) -> Evaluator:
    values = _subquery_rows(node.query, outer)
    if node.kind is nodes.SubqueryKind.EXISTS:
        return lambda scope: any(True for _ in values(scope))
    if node.kind is nodes.SubqueryKind.ARRAY:
        return lambda scope: list(values(scope))
    return lambda scope: _only_value(values(scope))


def _only_value(values: Iterator[Value]) -> Value:
    value = next(values, UNDEFINED)
    if next(values, UNDEFINED) is not UNDEFINED:
        raise SqlBadRequestError(
            "The cardinality of a scalar subquery result set cannot be greater than 1.", code="SC2047"
        )
    return value
