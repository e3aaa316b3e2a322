"""Operators over values: arithmetic, bits, strings, comparison, and the three-valued logic."""

import math
from collections.abc import Callable, Sequence
from typing import Final

from localcloud.cosmos.sql.scope import Evaluator, Scope
from localcloud.cosmos.sql.values import UNDEFINED, Value, equals, inequality, is_number, number, type_rank


def negate(value: Value) -> Value:
    """NOT: undefined for anything but true and false."""
    return not value if isinstance(value, bool) else UNDEFINED


def _differs(left: Value, right: Value) -> Value:
    # The service documents `!=` with the inequalities: no answer for two arrays or two objects.
    return UNDEFINED if type_rank(left) > 4 else negate(equals(left, right))


def _numeric(compute: Callable[[float, float], float]) -> Callable[[Value, Value], Value]:
    def operate(left: Value, right: Value) -> Value:
        if not (is_number(left) and is_number(right)):
            return UNDEFINED
        try:
            return number(compute(left, right))  # type: ignore[arg-type]  # is_number has looked
        except (ZeroDivisionError, OverflowError, ValueError):
            return UNDEFINED

    return operate


def _remainder(left: float, right: float) -> float:
    return math.fmod(left, right)


def to_int32(value: float) -> int:
    """The operand of a bit operator: cut to an integer, of which the lowest 32 bits count."""
    return (int(value) + 2**31) % 2**32 - 2**31


def _concatenate(left: Value, right: Value) -> Value:
    return left + right if isinstance(left, str) and isinstance(right, str) else UNDEFINED


BINARY: Final[dict[str, Callable[[Value, Value], Value]]] = {
    "+": _numeric(lambda left, right: left + right),
    "-": _numeric(lambda left, right: left - right),
    "*": _numeric(lambda left, right: left * right),
    "/": _numeric(lambda left, right: left / right),
    "%": _numeric(_remainder),
    "&": _numeric(lambda left, right: to_int32(left) & to_int32(right)),
    "|": _numeric(lambda left, right: to_int32(left) | to_int32(right)),
    "^": _numeric(lambda left, right: to_int32(left) ^ to_int32(right)),
    "||": _concatenate,
    "=": equals,
    "!=": _differs,
    "<": inequality(lambda order: order < 0),
    "<=": inequality(lambda order: order <= 0),
    ">": inequality(lambda order: order > 0),
    ">=": inequality(lambda order: order >= 0),
}


def _numeric_unary(compute: Callable[[float], float]) -> Callable[[Value], Value]:
    def operate(value: Value) -> Value:
        return number(compute(value)) if is_number(value) else UNDEFINED  # type: ignore[arg-type]  # is_number has looked

    return operate


UNARY: Final[dict[str, Callable[[Value], Value]]] = {
    "NOT": negate,
    "-": _numeric_unary(lambda value: -value),
    "+": _numeric_unary(lambda value: value),
    "~": _numeric_unary(lambda value: ~to_int32(value)),
}


def all_of(operands: Sequence[Evaluator]) -> Evaluator:
    """AND: false if any operand is false, else undefined if any is not true."""
    return _junction(operands, decisive=False)


def any_of(operands: Sequence[Evaluator]) -> Evaluator:
    """OR: true if any operand is true, else undefined if any is not false."""
    return _junction(operands, decisive=True)


def _junction(operands: Sequence[Evaluator], *, decisive: bool) -> Evaluator:
    """The first operand with the decisive value ends it; one that is neither true nor false makes it undefined."""
    undecided = not decisive

    def evaluate(scope: Scope) -> Value:
        result: Value = undecided
        for operand in operands:
            value = operand(scope)
            if value is decisive:
                return decisive
            if value is not undecided:
                result = UNDEFINED
        return result

    return evaluate


def is_one_of(value: Value, choices: Sequence[Value]) -> Value:
    """IN: what `value = a OR value = b …` gives."""
    result: Value = False
    for choice in choices:
        match = equals(value, choice)
        if match is True:
            return True
        if match is UNDEFINED:
            result = UNDEFINED
    return result
