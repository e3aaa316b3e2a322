"""COUNT, COUNTIF, SUM, AVG, MIN and MAX over the rows of a group."""

from dataclasses import dataclass
from typing import Final, Protocol

from localcloud.cosmos.sql.scope import Evaluator
from localcloud.cosmos.sql.values import UNDEFINED, Value, compare, is_number, number, type_rank


class Accumulator(Protocol):
    """Takes the values of a group one by one."""

    def add(self, value: Value) -> None:
        """Takes one value; undefined values never count."""
        ...

    def result(self) -> Value:
        """The aggregate of what was added."""
        ...


class _Count:
    def __init__(self) -> None:
        self._count = 0

    def add(self, value: Value) -> None:
        self._count += value is not UNDEFINED

    def result(self) -> Value:
        return self._count


class _CountIf(_Count):
    def add(self, value: Value) -> None:
        self._count += value is True


class _Sum:
    """Undefined as soon as one value is no number."""

    def __init__(self) -> None:
        self._sum: float = 0
        self._count = 0
        self._valid = True

    def add(self, value: Value) -> None:
        if isinstance(value, int | float) and is_number(value):
            self._sum += value
            self._count += 1
        elif value is not UNDEFINED:
            self._valid = False

    def result(self) -> Value:
        return number(self._sum) if self._valid else UNDEFINED


class _Average(_Sum):
    def result(self) -> Value:
        return number(self._sum / self._count) if self._valid and self._count else UNDEFINED


class _Extreme:
    """MIN or MAX in the order of ORDER BY; undefined over nothing, and when an array or object is among the values."""

    def __init__(self, sign: int) -> None:
        self._sign = sign
        self._best: Value = UNDEFINED
        self._valid = True

    def add(self, value: Value) -> None:
        if value is UNDEFINED:
            return
        if type_rank(value) > 4:
            self._valid = False
        elif self._best is UNDEFINED or compare(value, self._best) * self._sign > 0:
            self._best = value

    def result(self) -> Value:
        return self._best if self._valid else UNDEFINED


class _Minimum(_Extreme):
    def __init__(self) -> None:
        super().__init__(-1)


class _Maximum(_Extreme):
    def __init__(self) -> None:
        super().__init__(1)


ACCUMULATORS: Final[dict[str, type[_Count] | type[_Sum] | type[_Minimum] | type[_Maximum]]] = {
    "COUNT": _Count,
    "COUNTIF": _CountIf,
    "SUM": _Sum,
    "AVG": _Average,
    "MIN": _Minimum,
    "MAX": _Maximum,
}


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregate call of a query; its result is found in `Scope.aggregates` at its own index."""

    name: str
    argument: Evaluator

    def accumulator(self) -> Accumulator:
        """A fresh accumulator for one group."""
        return ACCUMULATORS[self.name]()
