"""What an expression sees while it is evaluated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from localcloud.cosmos.sql.values import Value


@dataclass(slots=True)
class Scope:
    """One row: the values behind the aliases, and what is the same for the whole run of a query."""

    root: Value
    parameters: Mapping[str, Value]
    now: datetime
    bindings: dict[str, Value] = field(default_factory=dict)
    aggregates: list[Value] = field(default_factory=list)

    def binding(self, alias: str, value: Value) -> "Scope":
        """The same scope with one more alias."""
        return Scope(self.root, self.parameters, self.now, {**self.bindings, alias: value})


Evaluator: TypeAlias = Callable[[Scope], Value]
"""A compiled expression."""


def constant(value: Value) -> Evaluator:
    """An evaluator that knows its value beforehand."""
    return lambda _scope: value
