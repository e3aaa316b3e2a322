"""AMQP values and frames: what comes back, and what is refused."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.servicebus.amqp.decode import decode
from localcloud.servicebus.amqp.encode import encode
from localcloud.servicebus.amqp.frames import FrameReader, encode_frame
from localcloud.servicebus.amqp.performatives import Attach, decode_performative
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

VALUES: list[Any] = [
    None,
    True,
    False,
    Ubyte(255),
    Ushort(65535),
    Uint(0),
    Uint(200),
    Uint(70000),
    Ulong(2**63),
    Byte(-1),
    Short(-300),
    Int(-2),
    Int(100_000),
    5,
    -(2**40),
    Timestamp(1_700_000_000_000),
    Float(0.5),
    1.25,
    Decimal(b"12345678"),
    Char("é"),
    UUID(int=7),
    b"x" * 300,
    "wörd",
    Symbol("amqp:x"),
    [1, [2, {"a": None}]],
    {Symbol("k"): "v" * 300},
    Array([UUID(int=1), UUID(int=2)]),
    Array(["a", "b"]),
    Array([]),
    Described(Ulong(0x28), ["q1"]),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_come_back_with_their_type(value: Any) -> None:
    raw = encode(value)
    found, end = decode(raw)
    assert (found, type(found), end) == (value, type(value), len(raw))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_refused(raw: bytes) -> None:
    try:
        _, end = decode(raw)
    except DecodeError:
        return
    assert 0 < end <= len(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xa1\x05ab",
        b"\xd0\x00\x00\x00\x04\xff\xff\xff\xff",
        b"\xf0\xff\xff\xff\xff\xff\xff\xff\xff\x40",
        b"\x00" * 100,
    ],
)
def test_hostile_values_are_refused(raw: bytes) -> None:
    with pytest.raises(DecodeError):
        decode(raw)


def test_performatives_come_back_and_wrong_field_types_are_refused() -> None:
    attach = Attach(name="n", handle=3, role=True, source=Described(Ulong(0x28), ["q"]))
    assert decode_performative(attach.encode() + b"rest") == (attach, b"rest")
    with pytest.raises(DecodeError, match="wrong type"):
        decode_performative(b"\x00\x53\x12" + encode([5]))


def test_frames_are_cut_from_the_stream_whatever_the_pieces() -> None:
    reader, stream = FrameReader(1000), encode_frame(3, b"body") + encode_frame(4, b"")
    found = []
    for byte in stream:
        reader.feed(bytes((byte,)))
        while (frame := reader.frame()) is not None:
            found.append((frame.channel, frame.body))
    assert found == [(3, b"body"), (4, b"")]
