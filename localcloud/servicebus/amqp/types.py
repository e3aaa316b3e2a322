"""Python classes for the AMQP 1.0 types that Python lacks (specification, part 1: types).

A decoded value keeps its AMQP type, so that a message id or a filter is echoed with the type in which it came.
Plain `int` is encoded as long, `float` as double, `str` as string, `bytes` as binary.
"""

from dataclasses import dataclass
from typing import Any


class Ubyte(int):
    """Unsigned, 8 bits."""


class Ushort(int):
    """Unsigned, 16 bits."""


class Uint(int):
    """Unsigned, 32 bits."""


class Ulong(int):
    """Unsigned, 64 bits."""


class Byte(int):
    """Signed, 8 bits."""


class Short(int):
    """Signed, 16 bits."""


class Int(int):
    """Signed, 32 bits."""


class Timestamp(int):
    """Milliseconds since 1970 in UTC."""


class Float(float):
    """IEEE 754, 32 bits."""


class Symbol(str):
    """An ASCII name of a constrained domain."""

    __slots__ = ()


class Char(str):
    """One Unicode character."""

    __slots__ = ()


class Array(list[Any]):
    """Values of one type; that of the first item, symbol when there is none."""


@dataclass(frozen=True, slots=True)
class Decimal:
    """A decimal of 4, 8 or 16 bytes, kept as it came: nothing here calculates with it."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Described:
    """A value with a descriptor (a number or a symbol)."""

    descriptor: Any
    value: Any


class DecodeError(Exception):
    """The bytes are not AMQP 1.0; the text says what is wrong."""
