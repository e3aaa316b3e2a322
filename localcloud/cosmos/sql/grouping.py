"""GROUP BY, and aggregates over everything when there is none."""

import dataclasses
from typing import TypeAlias

from localcloud.cosmos.sql import nodes
from localcloud.cosmos.sql.aggregates import ACCUMULATORS, Aggregate
from localcloud.cosmos.sql.scope import Scope
from localcloud.cosmos.sql.values import UNDEFINED, Value, canonical

Position: TypeAlias = int
"""Where a document stands in its container: grows along a scan and never changes while the document lives."""


def has_aggregates(query: nodes.Query) -> bool:
    """Whether the SELECT clause calls an aggregate itself, not in a subquery."""
    expressions = nodes.walk(query.select, subqueries=False)
    return any(isinstance(node, nodes.Call) and node.name in ACCUMULATORS for node in expressions)


def group_key(value: Value) -> bytes:
    """Equal for values that fall into the same group; undefined is a group of its own."""
    return b"" if value is UNDEFINED else canonical(value)


class Group:
    """The rows that share the values of GROUP BY: the first of them stands for all, aggregates apart."""

    def __init__(self, position: Position, ordinal: int, first: Scope, aggregates: list[Aggregate]) -> None:
        self.position = position
        self.ordinal = ordinal
        self._first = first
        self._aggregates = [(aggregate.argument, aggregate.accumulator()) for aggregate in aggregates]

    def add(self, scope: Scope) -> None:
        """Counts one more row."""
        for argument, accumulator in self._aggregates:
            accumulator.add(argument(scope))

    def finished(self) -> Scope:
        """The scope that the SELECT clause is evaluated in."""
        return dataclasses.replace(
            self._first, aggregates=[accumulator.result() for _, accumulator in self._aggregates]
        )
