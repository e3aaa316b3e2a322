"""JSON values as the query language sees them: types, the value undefined, equality and order."""

import math
from collections.abc import Callable
from enum import Enum
from typing import Final, TypeAlias

import orjson


class _Undefined(Enum):
    UNDEFINED = "undefined"

    def __repr__(self) -> str:
        return "undefined"

    def __bool__(self) -> bool:
        return False


UNDEFINED: Final = _Undefined.UNDEFINED
"""The value of a property that is not there. It is not null, and it never reaches a client."""

Value: TypeAlias = object
"""A decoded JSON value (None, bool, int, float, str, list, dict) or UNDEFINED."""

Document: TypeAlias = dict[str, object]

_RANKS: Final[dict[type, int]] = {
    _Undefined: 0,
    type(None): 1,
    bool: 2,
    int: 3,
    float: 3,
    str: 4,
    list: 5,
    dict: 6,
}


def type_rank(value: Value) -> int:
    """The place of the value's type in ORDER BY: undefined, null, bool, number, string, array, object."""
    return _RANKS[type(value)]


def is_number(value: Value) -> bool:
    """True for JSON numbers; true and false are not numbers."""
    return type(value) is int or type(value) is float


def number(value: float) -> Value:
    """A computed number as JSON would carry it: whole doubles as integers, no NaN or infinity."""
    if type(value) is int:
        if -(2**63) <= value < 2**63:
            return value
        try:
            return float(value)
        except OverflowError:
            return UNDEFINED
    if not math.isfinite(value):
        return UNDEFINED
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def same(left: Value, right: Value) -> bool:
    """Whether two defined values are the same JSON value; 1 and 1.0 are, 1 and true are not."""
    if type_rank(left) != type_rank(right):
        return False
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    return left == right


def equals(left: Value, right: Value) -> Value:
    """The operator `=`: undefined when the types differ or a side is undefined, else whether they are the same."""
    kind = type(left)
    if kind is type(right) and (kind is str or kind is int):
        return left == right
    rank = type_rank(left)
    if rank == 0 or rank != type_rank(right):
        return UNDEFINED
    return same(left, right)


def inequality(holds: Callable[[int], bool]) -> Callable[[Value, Value], Value]:
    """Makes `<`, `<=`, `>` or `>=`: undefined for operands of different types, for arrays and for objects."""

    def compare_operands(left: Value, right: Value) -> Value:
        rank = type_rank(left)
        if not 0 < rank < 5 or rank != type_rank(right):
            return UNDEFINED
        return holds(compare(left, right))

    return compare_operands


def canonical(value: Value) -> bytes:
    """A text that is equal for equal values; used for DISTINCT and for the order of arrays and objects."""
    return orjson.dumps(_whole_numbers_as_integers(value), option=orjson.OPT_SORT_KEYS)


def _whole_numbers_as_integers(value: Value) -> Value:
    if isinstance(value, float):
        return number(value)
    if isinstance(value, list):
        return [_whole_numbers_as_integers(item) for item in value]
    if isinstance(value, dict):
        return {key: _whole_numbers_as_integers(item) for key, item in value.items()}
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**64:
        return float(value)
    return None if value is UNDEFINED else value


SortKey: TypeAlias = tuple[int, float | str | bytes]


def sort_key(value: Value) -> SortKey:
    """A key that sorts values of any type in the service's order."""
    rank = type_rank(value)
    if isinstance(value, str | int | float):
        return rank, value
    return rank, canonical(value) if rank > 4 else 0


def compare(left: Value, right: Value) -> int:
    """-1, 0 or 1 in the order of ORDER BY."""
    one, other = sort_key(left), sort_key(right)
    return (one > other) - (one < other)
