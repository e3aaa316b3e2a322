# ruff: noqa: D102 - the methods bear the names of the grammar's rules and do what the class says
"""From lark's tree to syntax nodes: expressions."""

import re
from typing import Any, Final

from lark import Token, Transformer, v_args
from lark.tree import Meta

from localcloud.cosmos.sql import nodes
from localcloud.cosmos.sql.errors import SqlNotSupportedError, SqlSyntaxError
from localcloud.cosmos.sql.values import UNDEFINED, number

_CONSTANTS: Final[dict[str, object]] = {"true": True, "false": False, "null": None, "undefined": UNDEFINED}
_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def span(meta: Meta) -> nodes.Span:
    """The place of a tree in the query text."""
    return meta.start_pos, meta.end_pos


def unquote(token: Token) -> str:
    """The text that a string token stands for."""
    text = _ESCAPE.sub(_unescape, str(token)[1:-1])
    # Two \u escapes may form one character beyond the basic plane.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _unescape(match: re.Match[str]) -> str:
    escaped = match.group(1)
    if len(escaped) == 5:
        return chr(int(escaped[1:], 16))
    return _ESCAPED.get(escaped, escaped)


def _number(token: Token) -> int | float:
    text = str(token)
    if text.isdigit() and len(text) < 19:
        return int(text)
    value = number(float(text))
    if isinstance(value, int | float):
        return value
    start = token.start_pos or 0
    raise SqlSyntaxError(f"The number '{text}' is out of range.", code="SC1001", position=(start, start + len(text)))


@v_args(meta=True)
class ExpressionTrees(Transformer[Any, Any]):
    """Each method turns the tree of the same name, whose children are done already, into a node."""

    def name(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        return nodes.Name(span(meta), str(children[0]))

    def parameter(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        return nodes.Parameter(span(meta), str(children[0]))

    def number_literal(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        return nodes.Literal(span(meta), _number(children[0]))

    def string_literal(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        return nodes.Literal(span(meta), unquote(children[0]))

    def constant(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        return nodes.Literal(span(meta), _CONSTANTS[str(children[0])])

    def property(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        return nodes.Property(span(meta), children[0], str(children[1]))

    def subscript(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        token = children[1]
        key = unquote(token) if token.type == "STRING" else int(_number(token))
        return nodes.Property(span(meta), children[0], key)

    def element(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        base, index = children
        if isinstance(index, nodes.Literal) and type(index.value) in (str, int):
            return nodes.Property(span(meta), base, index.value)  # type: ignore[arg-type]  # type() was compared
        return nodes.Index(span(meta), base, index)

    def call(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        return nodes.Call(span(meta), str(children[0]).upper(), tuple(children[1:]))

    def user_function(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        raise SqlNotSupportedError(
            f"User-defined functions (udf.{children[1]}) are not supported by the local Cosmos DB.", position=span(meta)
        )

    def unary(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        return nodes.Unary(span(meta), str(children[0]).upper(), children[1])

    def binary(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        left, operator, right = children
        return nodes.Binary(span(meta), "!=" if operator == "<>" else str(operator), left, right)

    def any_of(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        return nodes.Logical(span(meta), "OR", tuple(children))

    def all_of(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        return nodes.Logical(span(meta), "AND", tuple(children))

    def coalesced(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        return nodes.Coalesce(span(meta), tuple(children))

    def conditional(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        return nodes.Conditional(span(meta), *children)

    def between(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        operand, *rest = children
        negated = isinstance(rest[0], Token)
        low, high = rest[-2:]
        return nodes.Between(span(meta), operand, low, high, negated)

    def among(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        operand, *choices = children
        negated = isinstance(choices[0], Token)
        return nodes.In(span(meta), operand, tuple(choices[1:] if negated else choices), negated)

    def like(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        operand, *rest = children
        negated = isinstance(rest[0], Token)
        pattern, *escape = rest[1:] if negated else rest
        return nodes.Like(span(meta), operand, pattern, unquote(escape[0]) if escape else None, negated)

    def array(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        return nodes.ArrayLiteral(span(meta), tuple(children))

    def entry(self, meta: Meta, children: list[Any]) -> tuple[str, nodes.Expression]:
        return unquote(children[0]), children[1]

    def object(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        return nodes.ObjectLiteral(span(meta), tuple(children))
