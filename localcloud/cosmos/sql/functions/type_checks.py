"""Type checks. They answer true or false for every value, undefined included."""

from typing import Final

from localcloud.cosmos.sql.functions.signature import ANYTHING, Function
from localcloud.cosmos.sql.values import UNDEFINED, Value, is_number


def _is_integer(value: Value) -> Value:
    return (type(value) is int and -(2**63) <= value < 2**63) or (isinstance(value, float) and value.is_integer())


def _is_primitive(value: Value) -> Value:
    return value is None or isinstance(value, bool | int | float | str)


FUNCTIONS: Final = (
    Function("IS_ARRAY", (ANYTHING,), lambda value: isinstance(value, list)),
    Function("IS_BOOL", (ANYTHING,), lambda value: isinstance(value, bool)),
    Function("IS_DEFINED", (ANYTHING,), lambda value: value is not UNDEFINED),
    Function("IS_FINITE_NUMBER", (ANYTHING,), is_number),
    Function("IS_INTEGER", (ANYTHING,), _is_integer),
    Function("IS_NULL", (ANYTHING,), lambda value: value is None),
    Function("IS_NUMBER", (ANYTHING,), is_number),
    Function("IS_OBJECT", (ANYTHING,), lambda value: isinstance(value, dict)),
    Function("IS_PRIMITIVE", (ANYTHING,), _is_primitive),
    Function("IS_STRING", (ANYTHING,), lambda value: isinstance(value, str)),
)
