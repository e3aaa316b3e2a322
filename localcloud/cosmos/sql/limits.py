"""TOP and OFFSET LIMIT."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from localcloud.cosmos.sql import nodes
from localcloud.cosmos.sql.errors import SqlBadRequestError
from localcloud.cosmos.sql.values import Value

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Window:
    """Which results are wanted: `limit` of them (None: all) after the first `offset`."""

    offset: int = 0
    limit: int | None = None

    def cut(self, results: Iterable[T]) -> Iterator[T]:
        """The wanted results; takes no more than it needs."""
        end = None if self.limit is None else self.offset + self.limit
        return islice(results, self.offset, end)

    def after(self, emitted: int) -> "Window":
        """What is left once `emitted` results were returned and the next ones are counted from there."""
        if emitted == 0:
            return self
        return Window(0, None if self.limit is None else max(self.limit - emitted, 0))


def window_of(query: nodes.Query, parameters: Mapping[str, Value]) -> Window:
    """The window of a query; raises SqlBadRequestError when a parameter in it is no whole number from 0 on."""
    top = _amount("TOP", query.select.top, parameters)
    if top is not None and query.limit is not None:
        raise SqlBadRequestError("'TOP' and 'OFFSET LIMIT' cannot be used in the same query.", code="SC2203")
    if top is not None:
        return Window(0, top)
    return Window(_amount("OFFSET", query.offset, parameters) or 0, _amount("LIMIT", query.limit, parameters))


def _amount(clause: str, node: nodes.Expression | None, parameters: Mapping[str, Value]) -> int | None:
    if node is None:
        return None
    value = parameters[node.name] if isinstance(node, nodes.Parameter) else getattr(node, "value", None)
    if type(value) is int and value >= 0:
        return value
    raise SqlBadRequestError(
        f"The {clause} clause needs a non-negative integer, not {value!r}.", code="SC2057", position=node.span
    )
