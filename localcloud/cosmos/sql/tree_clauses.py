# ruff: noqa: D102 - the methods bear the names of the grammar's rules and do what the class says
"""From lark's tree to syntax nodes: clauses and whole queries."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from lark import v_args
from lark.tree import Meta

from localcloud.cosmos.sql import nodes
from localcloud.cosmos.sql.errors import SqlNotSupportedError, SqlSyntaxError
from localcloud.cosmos.sql.tree_expressions import ExpressionTrees, span


@dataclass(frozen=True, slots=True)
class _Clause:
    """The fields of Query that one clause fills."""

    fields: dict[str, object]


@v_args(meta=True)
class QueryTrees(ExpressionTrees):
    """Adds the clauses. One instance serves one text, which becomes part of every Query node."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def query(self, meta: Meta, children: list[Any]) -> nodes.Query:
        fields: dict[str, Any] = {}
        for clause in children:
            fields.update(clause.fields)
        return nodes.Query(span(meta), self._text, **fields)

    def condition(self, meta: Meta, children: list[Any]) -> nodes.Query:
        return self.query(
            meta, [_Clause({"select": nodes.Select(distinct=False, top=None, everything=True)}), *children]
        )

    def select_clause(self, meta: Meta, children: list[Any]) -> _Clause:
        *modifiers, selection = children
        tops = [modifier for modifier in modifiers if modifier is not True]
        select = nodes.Select(distinct=True in modifiers, top=tops[0] if tops else None, **selection)
        return _Clause({"select": select})

    def distinct(self, meta: Meta, children: list[Any]) -> bool:
        return True

    def top(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        return children[0]  # type: ignore[no-any-return]  # lark's children are untyped

    def select_everything(self, meta: Meta, children: list[Any]) -> dict[str, object]:
        return {"everything": True}

    def select_value(self, meta: Meta, children: list[Any]) -> dict[str, object]:
        return {"value": children[0]}

    def select_list(self, meta: Meta, children: list[Any]) -> dict[str, object]:
        return {"items": tuple(children)}

    def select_item(self, meta: Meta, children: list[Any]) -> nodes.SelectItem:
        return nodes.SelectItem(children[0], str(children[1]) if len(children) > 1 else None)

    def from_clause(self, meta: Meta, children: list[Any]) -> _Clause:
        return _Clause({"sources": tuple(children), "from_span": span(meta)})

    def whole_source(self, meta: Meta, children: list[Any]) -> nodes.FromItem:
        return nodes.FromItem(children[0], str(children[1]) if len(children) > 1 else None, iterate=False)

    def iterated_source(self, meta: Meta, children: list[Any]) -> nodes.FromItem:
        return nodes.FromItem(children[1], str(children[0]), iterate=True)

    def where_clause(self, meta: Meta, children: list[Any]) -> _Clause:
        return _Clause({"where": children[0]})

    def group_by_clause(self, meta: Meta, children: list[Any]) -> _Clause:
        return _Clause({"group_by": tuple(children)})

    def order_by_clause(self, meta: Meta, children: list[Any]) -> _Clause:
        return _Clause({"order_by": tuple(children), "order_span": span(meta)})

    def order_by_rank(self, meta: Meta, children: list[Any]) -> _Clause:
        raise SqlNotSupportedError("ORDER BY RANK is not supported by the local Cosmos DB.", position=span(meta))

    def order_item(self, meta: Meta, children: list[Any]) -> nodes.OrderItem:
        return nodes.OrderItem(children[0], len(children) > 1 and children[1].type == "DESC")

    def offset_limit_clause(self, meta: Meta, children: list[Any]) -> _Clause:
        return _Clause({"offset": children[0], "limit": children[1]})

    def parenthesised(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        # The parentheses belong to the place, or a slice of the text would lose them.
        return dataclasses.replace(children[0], span=span(meta))  # type: ignore[no-any-return]  # lark's children are untyped

    def scalar_subquery(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        return nodes.Subquery(span(meta), nodes.SubqueryKind.SCALAR, children[0])

    def exists_subquery(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        return nodes.Subquery(span(meta), nodes.SubqueryKind.EXISTS, children[0])

    def quantified_subquery(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        name = str(children[0]).upper()
        if name in ("ALL", "FIRST", "LAST"):
            raise SqlNotSupportedError(
                f"{name}(SELECT …) is not supported by the local Cosmos DB.", position=span(meta)
            )
        start = children[1].span[0]
        raise SqlSyntaxError(
            "Syntax error, incorrect syntax near 'SELECT'.", code="SC1001", position=(start, start + len("SELECT"))
        )

    def array_subquery(self, meta: Meta, children: list[Any]) -> nodes.Expression:
        return nodes.Subquery(span(meta), nodes.SubqueryKind.ARRAY, children[0])
