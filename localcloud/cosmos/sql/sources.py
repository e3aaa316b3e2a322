"""The FROM clause: which rows a document gives, and under which aliases they are seen."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from localcloud.cosmos.sql import nodes
from localcloud.cosmos.sql.errors import SqlBadRequestError
from localcloud.cosmos.sql.paths import element, path_of
from localcloud.cosmos.sql.scope import Scope
from localcloud.cosmos.sql.values import UNDEFINED, Value

Rows: TypeAlias = Callable[[Scope], Iterator[Value]]
"""The values that one source gives in a scope."""

SubqueryRows: TypeAlias = Callable[[nodes.Query, frozenset[str]], Rows]


class Sources:
    """The compiled sources of one query, applied from left to right (JOIN is a nested loop).

    `outer` holds the aliases of the enclosing query; without any, the first name stands for the container.
    """

    def __init__(self, query: nodes.Query, outer: frozenset[str], compile_subquery: SubqueryRows) -> None:
        self._steps: list[tuple[str, Rows]] = []
        self.aliases = outer
        for at, item in enumerate(query.sources):
            alias = _alias_of(item, at)
            if alias in self.aliases - outer:
                raise SqlBadRequestError(
                    f"The alias '{alias}' is used more than once in the FROM clause.", code="SC2011"
                )
            self._steps.append((alias, self._rows(item, is_first=at == 0 and not outer, subquery=compile_subquery)))
            self.aliases |= {alias}
        self.root_alias = root_alias(query) if not outer else None

    def _rows(self, item: nodes.FromItem, *, is_first: bool, subquery: SubqueryRows) -> Rows:
        if isinstance(item.source, nodes.Query):
            rows = subquery(item.source, self.aliases)
            return _each_element(rows) if item.iterate else rows
        base, keys = path_of(item.source)
        name = base.name if isinstance(base, nodes.Name) else ""
        if name not in self.aliases and not is_first:
            raise SqlBadRequestError(f"Identifier '{name}' could not be resolved.", code="SC2001", position=base.span)
        rows = _path_rows(None if name not in self.aliases else name, keys)
        return _each_element(rows) if item.iterate else rows

    def scopes(self, scope: Scope) -> Iterator[Scope]:
        """A scope for every combination of the sources' rows."""
        return self._expand(scope, 0)

    def _expand(self, scope: Scope, at: int) -> Iterator[Scope]:
        if at == len(self._steps):
            yield scope
            return
        alias, rows = self._steps[at]
        for value in rows(scope):
            yield from self._expand(scope.binding(alias, value), at + 1)


def root_alias(query: nodes.Query) -> str | None:
    """The alias of the whole document when the first source is the container itself, else None."""
    if not query.sources:
        return None
    first = query.sources[0]
    if first.iterate or not isinstance(first.source, nodes.Name):
        return None
    return first.alias or first.source.name


def first_alias(query: nodes.Query) -> str:
    """The alias of the first source; empty without FROM."""
    return _alias_of(query.sources[0], 0) if query.sources else ""


def _alias_of(item: nodes.FromItem, at: int) -> str:
    if item.alias is not None:
        return item.alias
    if isinstance(item.source, nodes.Query):
        return f" subquery {at}"  # cannot be written in a query, so nothing refers to it
    base, keys = path_of(item.source)
    names = [base.name if isinstance(base, nodes.Name) else "", *(key for key in keys if isinstance(key, str))]
    return names[-1]


def _path_rows(alias: str | None, keys: tuple[str | int, ...]) -> Rows:
    def rows(scope: Scope) -> Iterator[Value]:
        value = scope.root if alias is None else scope.bindings[alias]
        for key in keys:
            value = element(value, key)
        if value is not UNDEFINED:
            yield value

    return rows


def _each_element(rows: Rows) -> Rows:
    return lambda scope: (item for value in rows(scope) if isinstance(value, list) for item in value)
