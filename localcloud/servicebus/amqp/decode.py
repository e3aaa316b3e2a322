"""AMQP bytes to Python values (specification, part 1). Safe on hostile input: bounded depth, size and counts."""

import struct
from collections.abc import Callable
from typing import Any
from uuid import UUID

from localcloud.servicebus.amqp.types import (
    Array,
    Byte,
    Char,
    Decimal,
    DecodeError,
    Described,
    Float,
    Int,
    Short,
    Symbol,
    Timestamp,
    Ubyte,
    Uint,
    Ulong,
    Ushort,
)

DEEPEST = 32
MOST_EMPTY_ITEMS = 256
"""Items that take no bytes are not bounded by the size of the frame."""

_NULL = 0x40

_Reader = Callable[[bytes, int, int], tuple[Any, int]]


def decode(data: bytes, position: int = 0, depth: int = 0) -> tuple[Any, int]:
    """The value that starts at `position`, and where the next one starts. Raises DecodeError."""
    try:
        return _READERS[data[position]](data, position + 1, depth)
    except KeyError as error:
        raise DecodeError(f"0x{error.args[0]:02x} is no AMQP type.") from None
    except (IndexError, struct.error):
        raise DecodeError("The value is cut short.") from None
    except (UnicodeDecodeError, ValueError, TypeError, OverflowError) as error:
        raise DecodeError(f"The value is malformed: {error}.") from None


def _slice(data: bytes, start: int, end: int) -> bytes:
    if end > len(data):
        raise IndexError
    return bytes(data[start:end])


def _fixed(layout: str, kind: Callable[[Any], Any]) -> _Reader:
    unpack, size = struct.Struct(">" + layout).unpack_from, struct.calcsize(">" + layout)
    return lambda data, position, _: (kind(unpack(data, position)[0]), position + size)


def _constant(make: Callable[[], Any]) -> _Reader:
    return lambda _, position, __: (make(), position)


def _raw(size: int, kind: Callable[[bytes], Any]) -> _Reader:
    return lambda data, position, _: (kind(_slice(data, position, position + size)), position + size)


def _variable(layout: str, kind: Callable[[bytes], Any]) -> _Reader:
    unpack, width = struct.Struct(">" + layout).unpack_from, struct.calcsize(">" + layout)

    def reader(data: bytes, position: int, _: int) -> tuple[Any, int]:
        start = position + width
        end = start + unpack(data, position)[0]
        return kind(_slice(data, start, end)), end

    return reader


def _inner(data: bytes, position: int, depth: int) -> tuple[Any, int]:
    """A value within another one; the errors of reading are translated once, by `decode`."""
    if depth > DEEPEST:
        raise DecodeError("The value is nested too deeply.")
    return _READERS[data[position]](data, position + 1, depth)


def _described(data: bytes, position: int, depth: int) -> tuple[Any, int]:
    descriptor, position = _inner(data, position, depth + 1)
    value, position = _inner(data, position, depth + 1)
    return Described(descriptor, value), position


def _items(data: bytes, position: int, layout: str, depth: int) -> tuple[list[Any], int]:
    size, count = struct.unpack_from(">" + layout * 2, data, position)
    width = struct.calcsize(">" + layout)
    end, position = position + width + size, position + 2 * width
    if count > size or end > len(data):
        raise DecodeError("A list or map says that it holds more than its bytes.")
    if depth >= DEEPEST:
        raise DecodeError("The value is nested too deeply.")
    items: list[Any] = []
    for _ in range(count):
        code = data[position]
        if code == _NULL:  # most fields of most performatives
            items.append(None)
            position += 1
            continue
        item, position = _READERS[code](data, position + 1, depth + 1)
        items.append(item)
    if position != end:
        raise DecodeError("A list or map has another size than it says.")
    return items, end


def _list(layout: str) -> _Reader:
    return lambda data, position, depth: _items(data, position, layout, depth)


def _map(layout: str) -> _Reader:
    def reader(data: bytes, position: int, depth: int) -> tuple[Any, int]:
        items, end = _items(data, position, layout, depth)
        if len(items) % 2:
            raise DecodeError("A map has a key without a value.")
        return dict(zip(items[::2], items[1::2], strict=True)), end

    return reader


def _array(layout: str) -> _Reader:
    def reader(data: bytes, position: int, depth: int) -> tuple[Any, int]:
        size, count = struct.unpack_from(">" + layout * 2, data, position)
        width = struct.calcsize(">" + layout)
        end, position = position + width + size, position + 2 * width
        descriptor, is_described = None, data[position] == 0
        if is_described:
            descriptor, position = _inner(data, position + 1, depth + 1)
        read = _READERS[data[position]]
        position += 1
        if depth >= DEEPEST:
            raise DecodeError("The value is nested too deeply.")
        if end > len(data) or count > max(size, MOST_EMPTY_ITEMS):
            raise DecodeError("An array says that it holds more than its bytes.")
        items = Array()
        for _ in range(count):
            item, position = read(data, position, depth + 1)
            items.append(Described(descriptor, item) if is_described else item)
        if position != end:
            raise DecodeError("An array has another size than it says.")
        return items, end

    return reader


def _ascii(raw: bytes) -> Symbol:
    return Symbol(raw.decode("ascii"))


def _bool(value: int) -> bool:
    return value != 0


_READERS: dict[int, _Reader] = {
    0x00: _described,
    _NULL: _constant(lambda: None),
    0x41: _constant(lambda: True),
    0x42: _constant(lambda: False),
    0x43: _constant(lambda: Uint(0)),
    0x44: _constant(lambda: Ulong(0)),
    0x45: _constant(list),
    0x50: _fixed("B", Ubyte),
    0x51: _fixed("b", Byte),
    0x52: _fixed("B", Uint),
    0x53: _fixed("B", Ulong),
    0x54: _fixed("b", Int),
    0x55: _fixed("b", int),
    0x56: _fixed("B", _bool),
    0x60: _fixed("H", Ushort),
    0x61: _fixed("h", Short),
    0x70: _fixed("I", Uint),
    0x71: _fixed("i", Int),
    0x72: _fixed("f", Float),
    0x73: _fixed("I", lambda value: Char(chr(value))),
    0x74: _raw(4, Decimal),
    0x80: _fixed("Q", Ulong),
    0x81: _fixed("q", int),
    0x82: _fixed("d", float),
    0x83: _fixed("q", Timestamp),
    0x84: _raw(8, Decimal),
    0x94: _raw(16, Decimal),
    0x98: _raw(16, lambda raw: UUID(bytes=raw)),
    0xA0: _variable("B", bytes),
    0xA1: _variable("B", lambda raw: raw.decode()),
    0xA3: _variable("B", _ascii),
    0xB0: _variable("I", bytes),
    0xB1: _variable("I", lambda raw: raw.decode()),
    0xB3: _variable("I", _ascii),
    0xC0: _list("B"),
    0xC1: _map("B"),
    0xD0: _list("I"),
    0xD1: _map("I"),
    0xE0: _array("B"),
    0xF0: _array("I"),
}
