"""Mathematical functions. A result that is no finite number is undefined."""

import math
import random
from collections.abc import Callable
from typing import Final

from localcloud.cosmos.sql.functions.signature import NUMBER, Function
from localcloud.cosmos.sql.values import UNDEFINED, Value, number


def finite(compute: Callable[..., float]) -> Callable[..., Value]:
    """Turns what Python raises for arguments outside the domain into undefined."""

    def body(*arguments: float) -> Value:
        try:
            return number(compute(*arguments))
        except (ValueError, OverflowError, ZeroDivisionError):
            return UNDEFINED

    return body


def _log(value: float, base: float = math.e) -> float:
    return math.log(value) if base == math.e else math.log(value, base)


def _round(value: float, digits: float = 0) -> float:
    scale = 10.0 ** int(digits)
    return math.copysign(math.floor(abs(value) * scale + 0.5) / scale, value)


def _sign(value: float) -> float:
    return (value > 0) - (value < 0)


def _bin(value: float, size: float = 1) -> float:
    return math.floor(value / size) * size


def _unary(name: str, compute: Callable[[float], float]) -> Function:
    return Function(name, (NUMBER,), finite(compute))


FUNCTIONS: Final = (
    _unary("ABS", abs),
    _unary("ACOS", math.acos),
    _unary("ASIN", math.asin),
    _unary("ATAN", math.atan),
    Function("ATN2", (NUMBER, NUMBER), finite(math.atan2)),
    _unary("CEILING", math.ceil),
    _unary("COS", math.cos),
    _unary("COT", lambda value: 1 / math.tan(value)),
    _unary("DEGREES", math.degrees),
    _unary("EXP", math.exp),
    _unary("FLOOR", math.floor),
    Function("LOG", (NUMBER, NUMBER), finite(_log), required=1),
    _unary("LOG10", math.log10),
    Function("NUMBERBIN", (NUMBER, NUMBER), finite(_bin), required=1),
    Function("PI", (), lambda: math.pi),
    Function("POWER", (NUMBER, NUMBER), finite(math.pow)),
    _unary("RADIANS", math.radians),
    Function("RAND", (), random.random),
    Function("ROUND", (NUMBER, NUMBER), finite(_round), required=1),
    _unary("SIGN", _sign),
    _unary("SIN", math.sin),
    _unary("SQRT", math.sqrt),
    _unary("SQUARE", lambda value: value * value),
    _unary("TAN", math.tan),
    _unary("TRUNC", math.trunc),
)
