"""How a built-in function is described: its name, what it takes, and its body."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from localcloud.cosmos.sql.values import UNDEFINED, Value

Kind: TypeAlias = frozenset[type]
"""The Python types an argument may have."""

STRING: Final[Kind] = frozenset({str})
NUMBER: Final[Kind] = frozenset({int, float})
BOOLEAN: Final[Kind] = frozenset({bool})
ARRAY: Final[Kind] = frozenset({list})
OBJECT: Final[Kind] = frozenset({dict})
DEFINED: Final[Kind] = frozenset({type(None), bool, int, float, str, list, dict})
ANYTHING: Final[Kind] = DEFINED | {type(UNDEFINED)}


@dataclass(frozen=True, slots=True)
class Function:
    """A built-in function.

    An argument of another type than its kind makes the call undefined, as most of the service's functions do.
    `required` says how many of `kinds` must be given (None: all); with `repeats` the last kind may come again
    and again. With `wants_clock` the body gets the time of the query (aware, UTC) as its first argument.
    """

    name: str
    kinds: tuple[Kind, ...]
    body: Callable[..., Value]
    required: int | None = None
    repeats: bool = False
    wants_clock: bool = False

    @property
    def minimum(self) -> int:
        """The fewest arguments allowed."""
        return len(self.kinds) if self.required is None else self.required

    @property
    def maximum(self) -> int | None:
        """The most arguments allowed; None without a limit."""
        return None if self.repeats else len(self.kinds)

    def accepts(self, arguments: Sequence[Value]) -> bool:
        """Whether every argument is of its kind."""
        last = len(self.kinds) - 1
        return all(type(value) in self.kinds[min(at, last)] for at, value in enumerate(arguments))
