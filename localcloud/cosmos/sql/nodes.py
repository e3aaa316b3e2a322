"""The syntax tree of a query. Every node knows its place in the text, which the query plan cuts out again."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
"""Start and end offset in the query text."""


@dataclass(frozen=True, slots=True)
class Expression:
    """Anything that has a value. Two expressions are equal when they differ only in their place."""

    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    """A constant; `undefined` is UNDEFINED."""

    value: object


@dataclass(frozen=True, slots=True)
class Parameter(Expression):
    """`@name`, the name including the sign."""

    name: str


@dataclass(frozen=True, slots=True)
class Name(Expression):
    """An alias of the FROM clause."""

    name: str


@dataclass(frozen=True, slots=True)
class Property(Expression):
    """`base.key`, `base["key"]` or `base[3]`."""

    base: Expression
    key: str | int


@dataclass(frozen=True, slots=True)
class Index(Expression):
    """`base[expression]` with a computed index."""

    base: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A built-in function or aggregate; the name in upper case."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Unary(Expression):
    """`-x`, `+x`, `~x` or `NOT x`."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Expression):
    """Arithmetic, bit, string and comparison operators."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Logical(Expression):
    """AND or OR over two or more operands: flat, so that a thousand of them do not nest."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Coalesce(Expression):
    """`a ?? b ?? c`: the first operand that is defined."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Conditional(Expression):
    """`condition ? then : otherwise`."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Between(Expression):
    """`operand [NOT] BETWEEN low AND high`, both ends included."""

    operand: Expression
    low: Expression
    high: Expression
    negated: bool


@dataclass(frozen=True, slots=True)
class In(Expression):
    """`operand [NOT] IN (choices)`."""

    operand: Expression
    choices: tuple[Expression, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Like(Expression):
    """`operand [NOT] LIKE pattern [ESCAPE 'x']`."""

    operand: Expression
    pattern: Expression
    escape: str | None
    negated: bool


@dataclass(frozen=True, slots=True)
class ArrayLiteral(Expression):
    """`[a, b]`."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ObjectLiteral(Expression):
    """`{"key": value}`."""

    entries: tuple[tuple[str, Expression], ...]


class SubqueryKind(Enum):
    """What becomes of the rows of a query inside an expression."""

    SCALAR = "scalar"
    ARRAY = "array"
    EXISTS = "exists"


@dataclass(frozen=True, slots=True)
class Subquery(Expression):
    """`(SELECT …)`, `ARRAY(SELECT …)` or `EXISTS(SELECT …)`."""

    kind: SubqueryKind
    query: "Query"


@dataclass(frozen=True, slots=True)
class SelectItem:
    """One entry of a SELECT list; `alias` is None when the name has to be derived."""

    expression: Expression
    alias: str | None


@dataclass(frozen=True, slots=True)
class Select:
    """The SELECT clause: exactly one of `everything`, `value` and `items` is given."""

    distinct: bool
    top: Expression | None
    everything: bool = False
    value: Expression | None = None
    items: tuple[SelectItem, ...] = ()


@dataclass(frozen=True, slots=True)
class FromItem:
    """One source: a path or a subquery, bound to `alias`, or each of its elements when `iterate` is set."""

    source: "Expression | Query"
    alias: str | None
    iterate: bool


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One entry of ORDER BY."""

    expression: Expression
    descending: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query. `sources` is empty without FROM; more than one source means JOIN."""

    span: Span = field(compare=False)
    text: str = field(compare=False)
    select: Select
    sources: tuple[FromItem, ...] = ()
    from_span: Span | None = None
    where: Expression | None = None
    group_by: tuple[Expression, ...] = ()
    order_by: tuple[OrderItem, ...] = ()
    order_span: Span | None = None
    offset: Expression | None = None
    limit: Expression | None = None


def walk(node: object, *, subqueries: bool = True) -> Iterator[Expression]:
    """Every expression in a node, a query or a tuple of them, the node itself first, depth first."""
    if isinstance(node, Expression):
        yield node
    if isinstance(node, tuple):
        for item in node:
            yield from walk(item, subqueries=subqueries)
    elif isinstance(node, Expression | Query | Select | SelectItem | FromItem | OrderItem):
        for entry in fields(node):
            child = getattr(node, entry.name)
            if subqueries or not isinstance(child, Query):
                yield from walk(child, subqueries=subqueries)
