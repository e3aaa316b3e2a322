"""The part of WHERE that SQLite may decide before Python sees a document.

The pushed condition is always a superset: it holds for every document that the evaluator keeps, so the evaluator
still runs over what is left and stays the one truth. Only `path operator constant` and combinations of it are pushed.
SQLite reads decimal fractions with a small error and cuts strings at a NUL character; the bounds allow for both.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from localcloud.cosmos.sql import nodes
from localcloud.cosmos.sql.compiled import CompiledQuery
from localcloud.cosmos.sql.constants import constant_value, document_path
from localcloud.cosmos.sql.sources import root_alias
from localcloud.cosmos.sql.values import Value, is_number

MAX_ARGUMENTS: Final = 500
"""More constants than this in one condition are left to the evaluator, for SQLite limits depth and variables."""

_SAFE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_SYSTEM_PROPERTIES: Final = frozenset({"_rid", "_self", "_etag", "_attachments", "_ts", "_lsn"})
_MIRRORED: Final = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_TOLERANCE: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Condition:
    """An SQL condition with its positional arguments."""

    sql: str
    arguments: tuple[object, ...] = field(default=())


EVERYTHING: Final = Condition("1")


def pushdown(query: CompiledQuery, parameters: Mapping[str, Value], *, column: str = "body") -> Condition:
    """A condition on the JSON text in `column` that holds at least for every document that WHERE keeps.

    The column must hold the item as orjson writes it; the system properties need not be in it.
    """
    alias = root_alias(query.query)
    if alias is None or query.query.where is None:
        return EVERYTHING
    condition = _Translation(alias, parameters, column).of(query.query.where)
    return condition if condition is not None and len(condition.arguments) <= MAX_ARGUMENTS else EVERYTHING


@dataclass(frozen=True, slots=True)
class _Translation:
    """Each method answers None for what cannot be pushed."""

    alias: str
    parameters: Mapping[str, Value]
    column: str

    def of(self, node: nodes.Expression) -> Condition | None:
        if isinstance(node, nodes.Logical):
            return self._all_of(node) if node.operator == "AND" else self._any_of(node.operands)
        if isinstance(node, nodes.Binary):
            return self._comparison(node)
        if isinstance(node, nodes.Between) and not node.negated:
            low = self._compare(node.operand, ">=", node.low)
            return _joined("AND", [part for part in (low, self._compare(node.operand, "<=", node.high)) if part])
        if isinstance(node, nodes.In) and not node.negated:
            return self._one_of(node)
        return self._call(node) if isinstance(node, nodes.Call) else None

    def _one_of(self, node: nodes.In) -> Condition | None:
        path = self._path(node.operand)
        values = [constant_value(choice, self.parameters) for choice in node.choices]
        texts = [value for value in values if isinstance(value, str) and _is_plain(value)]
        if path is None or len(texts) < len(values):
            return self._any_of([nodes.Binary(node.span, "=", node.operand, choice) for choice in node.choices])
        marks = ", ".join("?" * len(texts))
        return Condition(f"json_extract({self.column}, ?) IN ({marks})", (path, *texts))

    def _all_of(self, node: nodes.Logical) -> Condition | None:
        return _joined("AND", [part for part in map(self.of, node.operands) if part is not None])

    def _any_of(self, operands: Sequence[nodes.Expression]) -> Condition | None:
        if len(operands) > MAX_ARGUMENTS:
            return None
        parts = [self.of(operand) for operand in operands]
        known = [part for part in parts if part is not None]
        return _joined("OR", known) if len(known) == len(parts) else None

    def _comparison(self, node: nodes.Binary) -> Condition | None:
        if node.operator not in _MIRRORED:
            return None
        forward = self._compare(node.left, node.operator, node.right)
        return forward or self._compare(node.right, _MIRRORED[node.operator], node.left)

    def _compare(self, path_side: nodes.Expression, operator: str, value_side: nodes.Expression) -> Condition | None:
        path = self._path(path_side)
        value = constant_value(value_side, self.parameters)
        if path is None:
            return None
        if value is None or isinstance(value, bool):
            kind = "null" if value is None else str(value).lower()
            return Condition(f"json_type({self.column}, ?) = ?", (path, kind)) if operator == "=" else None
        extracted = f"json_extract({self.column}, ?)"
        if isinstance(value, str):
            # With NUL characters cut off, a longer string may look equal to the bound.
            sign = operator if operator == "=" else f"{operator[0]}="
            return Condition(f"{extracted} {sign} ?", (path, value)) if _is_plain(value) else None
        return _number_condition(extracted, path, operator, value)

    def _call(self, node: nodes.Call) -> Condition | None:
        path = self._path(node.arguments[0]) if node.arguments else None
        if path is None:
            return None
        if node.name == "IS_DEFINED":
            return Condition(f"json_type({self.column}, ?) IS NOT NULL", (path,))
        if node.name == "STARTSWITH" and len(node.arguments) == 2:
            prefix = constant_value(node.arguments[1], self.parameters)
            if isinstance(prefix, str) and prefix and _is_plain(prefix):
                return Condition(f"substr(json_extract({self.column}, ?), 1, ?) = ?", (path, len(prefix), prefix))
        return None

    def _path(self, node: nodes.Expression) -> str | None:
        keys = document_path(node, self.alias)
        if keys is None or keys[0] in _SYSTEM_PROPERTIES:
            return None
        if not all(isinstance(key, int) or _SAFE_KEY.fullmatch(key) for key in keys):
            return None
        return "$" + "".join(f"[{key}]" if isinstance(key, int) else f'."{key}"' for key in keys)


def _is_plain(text: str) -> bool:
    """No NUL character and no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _number_condition(extracted: str, path: str, operator: str, value: Value) -> Condition | None:
    if not (isinstance(value, int | float) and is_number(value)) or abs(value) >= 2**53:
        return None
    margin = abs(value) * _TOLERANCE
    if operator == "=":
        if isinstance(value, int):
            return Condition(f"{extracted} = ?", (path, value))
        return Condition(f"{extracted} BETWEEN ? AND ?", (path, value - margin, value + margin))
    if operator.startswith("<"):
        return Condition(f"{extracted} <= ?", (path, value + margin))
    return Condition(f"{extracted} >= ?", (path, value - margin))


def _joined(word: str, parts: Sequence[Condition]) -> Condition | None:
    if not parts:
        return None
    sql = f" {word} ".join(part.sql for part in parts)
    return Condition(f"({sql})", tuple(argument for part in parts for argument in part.arguments))
