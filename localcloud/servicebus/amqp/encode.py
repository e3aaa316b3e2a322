"""Python values to AMQP bytes (specification, part 1)."""

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from uuid import UUID

from localcloud.servicebus.amqp.types import (
    Array,
    Byte,
    Char,
    Decimal,
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

NULL = b"\x40"


def encode(value: Any) -> bytes:
    """The value with its constructor. Raises TypeError for a class without an AMQP type, ValueError out of range."""
    try:
        encoder = _ENCODERS[type(value)]
    except KeyError:
        raise TypeError(f"{type(value).__name__} has no AMQP type.") from None
    try:
        return encoder(value)
    except struct.error as error:
        raise ValueError(f"{value!r} does not fit its AMQP type: {error}.") from error


def encode_described(code: int, value: Any) -> bytes:
    """A value with a one-byte descriptor: a list as in performatives and the properties section, or a map."""
    return b"\x00\x53" + bytes((code,)) + encode(value)


def encode_described_parts(code: int, parts: list[bytes]) -> bytes:
    """A described list, of fields that are encoded already."""
    body = _compound(0xC0, len(parts), b"".join(parts)) if parts else b"\x45"
    return b"\x00\x53" + bytes((code,)) + body


def encoder_of(kind: type) -> Callable[[Any], bytes]:
    """Encodes numbers as this AMQP type, whatever their own class. Raises ValueError out of range."""
    encoder = _ENCODERS[kind]

    def encode_as(value: Any) -> bytes:
        try:
            return encoder(value)
        except struct.error as error:
            raise ValueError(f"{value!r} does not fit its AMQP type: {error}.") from error

    return encode_as


def _fixed(code: int, layout: str) -> Callable[[Any], bytes]:
    packer = struct.Struct(">B" + layout).pack
    return lambda value: packer(code, value)


def _small(code: int, small: int, zero: int | None, layout: str) -> Callable[[Any], bytes]:
    packer = struct.Struct(">B" + layout).pack

    def encoder(value: int) -> bytes:
        if value == 0 and zero is not None:
            return bytes((zero,))
        return bytes((small, value)) if 0 <= value < (128 if zero is None else 256) else packer(code, value)

    return encoder


def _variable(small: int, large: int, raw: bytes) -> bytes:
    if len(raw) < 256:
        return bytes((small, len(raw))) + raw
    return struct.pack(">BI", large, len(raw)) + raw


def _list(value: list[Any] | tuple[Any, ...]) -> bytes:
    if not value:
        return b"\x45"
    return _compound(0xC0, len(value), b"".join(map(encode, value)))


def _map(value: dict[Any, Any]) -> bytes:
    return _compound(0xC1, 2 * len(value), b"".join(_key(key) + encode(item) for key, item in value.items()))


@lru_cache(maxsize=512, typed=True)  # typed: a symbol and a string may be equal
def _key(key: Any) -> bytes:
    return encode(key)


def _compound(small: int, count: int, body: bytes) -> bytes:
    if len(body) < 255 and count < 256:
        return bytes((small, len(body) + 1, count)) + body
    return struct.pack(">BII", small + 0x10, len(body) + 4, count) + body


def _array(value: Array) -> bytes:
    of = type(value[0]) if value else Symbol
    if of not in _IN_ARRAY or any(type(item) is not of for item in value):
        return _list(value)  # rare kinds, such as arrays of maps, go on as lists
    constructor, pack = _IN_ARRAY[of]
    body = bytes((constructor,)) + b"".join(map(pack, value))
    return struct.pack(">BII", 0xF0, len(body) + 4, len(value)) + body


def _decimal(value: Decimal) -> bytes:
    return bytes(({4: 0x74, 8: 0x84, 16: 0x94}[len(value.raw)],)) + value.raw


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack(">I", len(raw)) + raw


_ENCODERS: dict[type, Callable[[Any], bytes]] = {
    type(None): lambda _: NULL,
    bool: lambda value: b"\x41" if value else b"\x42",
    Ubyte: _fixed(0x50, "B"),
    Ushort: _fixed(0x60, "H"),
    Uint: _small(0x70, 0x52, 0x43, "I"),
    Ulong: _small(0x80, 0x53, 0x44, "Q"),
    Byte: _fixed(0x51, "b"),
    Short: _fixed(0x61, "h"),
    Int: _small(0x71, 0x54, None, "i"),
    int: _small(0x81, 0x55, None, "q"),
    Timestamp: _fixed(0x83, "q"),
    Float: _fixed(0x72, "f"),
    float: _fixed(0x82, "d"),
    Decimal: _decimal,
    Char: lambda value: b"\x73" + struct.pack(">I", ord(value)),
    UUID: lambda value: b"\x98" + value.bytes,
    bytes: lambda value: _variable(0xA0, 0xB0, value),
    str: lambda value: _variable(0xA1, 0xB1, value.encode()),
    Symbol: lambda value: _variable(0xA3, 0xB3, value.encode()),
    list: _list,
    tuple: _list,
    dict: _map,
    Array: _array,
    Described: lambda value: b"\x00" + encode(value.descriptor) + encode(value.value),
}
_IN_ARRAY: dict[type, tuple[int, Callable[[Any], bytes]]] = {
    bool: (0x56, lambda value: bytes((value,))),
    Ubyte: (0x50, struct.Struct(">B").pack),
    Ushort: (0x60, struct.Struct(">H").pack),
    Uint: (0x70, struct.Struct(">I").pack),
    Ulong: (0x80, struct.Struct(">Q").pack),
    Int: (0x71, struct.Struct(">i").pack),
    int: (0x81, struct.Struct(">q").pack),
    Timestamp: (0x83, struct.Struct(">q").pack),
    float: (0x82, struct.Struct(">d").pack),
    UUID: (0x98, lambda value: bytes(value.bytes)),
    bytes: (0xB0, lambda value: struct.pack(">I", len(value)) + value),
    str: (0xB1, _text),
    Symbol: (0xB3, _text),
}
