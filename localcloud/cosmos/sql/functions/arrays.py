"""Functions over arrays and objects. Elements are compared as `=` compares values."""

from typing import Final

from localcloud.cosmos.sql.functions.signature import (
    ANYTHING,
    ARRAY,
    BOOLEAN,
    DEFINED,
    NUMBER,
    OBJECT,
    STRING,
    Function,
)
from localcloud.cosmos.sql.values import UNDEFINED, Value, canonical, same


def _concat(*arrays: list[Value]) -> Value:
    return [item for array in arrays for item in array]


def _matches_partly(item: Value, wanted: Value) -> bool:
    """Whether an object has at least the wanted properties; anything else has to be the same."""
    if isinstance(item, dict) and isinstance(wanted, dict):
        return all(key in item and _matches_partly(item[key], value) for key, value in wanted.items())
    return same(item, wanted)


def _contains(array: list[Value], wanted: Value, partly: bool = False) -> Value:
    match = _matches_partly if partly else same
    return any(match(item, wanted) for item in array)


def _contains_any(array: list[Value], *wanted: Value) -> Value:
    return any(_contains(array, value) for value in wanted)


def _contains_all(array: list[Value], *wanted: Value) -> Value:
    return all(_contains(array, value) for value in wanted)


def _slice(array: list[Value], start: float, length: float | None = None) -> Value:
    first = int(start) if start >= 0 else max(len(array) + int(start), 0)
    return array[first:] if length is None else array[first : first + max(int(length), 0)]


def _distinct(items: list[Value]) -> list[Value]:
    return list({canonical(item): item for item in reversed(items)}.values())[::-1]


def _intersect(left: list[Value], right: list[Value]) -> Value:
    known = {canonical(item) for item in right}
    return [item for item in _distinct(left) if canonical(item) in known]


def _union(left: list[Value], right: list[Value]) -> Value:
    return _distinct([*left, *right])


def _difference(left: list[Value], right: list[Value]) -> Value:
    known = {canonical(item) for item in right}
    return [item for item in _distinct(left) if canonical(item) not in known]


def _choose(position: float, *values: Value) -> Value:
    at = int(position) - 1
    return values[at] if 0 <= at < len(values) else UNDEFINED


def _object_to_array(source: dict[str, Value], key_name: str = "k", value_name: str = "v") -> Value:
    return [{key_name: key, value_name: value} for key, value in source.items()]


FUNCTIONS: Final = (
    Function("ARRAY_CONCAT", (ARRAY, ARRAY), _concat, repeats=True),
    Function("ARRAY_CONTAINS", (ARRAY, DEFINED, BOOLEAN), _contains, required=2),
    Function("ARRAY_CONTAINS_ANY", (ARRAY, DEFINED), _contains_any, repeats=True),
    Function("ARRAY_CONTAINS_ALL", (ARRAY, DEFINED), _contains_all, repeats=True),
    Function("ARRAY_LENGTH", (ARRAY,), len),
    Function("ARRAY_SLICE", (ARRAY, NUMBER, NUMBER), _slice, required=2),
    Function("SETINTERSECT", (ARRAY, ARRAY), _intersect),
    Function("SETUNION", (ARRAY, ARRAY), _union),
    Function("SETDIFFERENCE", (ARRAY, ARRAY), _difference),
    Function("CHOOSE", (NUMBER, ANYTHING), _choose, repeats=True),
    Function("OBJECTTOARRAY", (OBJECT, STRING, STRING), _object_to_array, required=1),
)
