"""Protocol headers and frames (specification, part 2.3)."""

import struct
from dataclasses import dataclass

from localcloud.servicebus.amqp.types import DecodeError

AMQP_HEADER = b"AMQP\x00\x01\x00\x00"
SASL_HEADER = b"AMQP\x03\x01\x00\x00"
AMQP_FRAME = 0
SASL_FRAME = 1


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame without its header; an empty body is a heartbeat."""

    kind: int
    channel: int
    body: bytes


def encode_frame(channel: int, body: bytes, kind: int = AMQP_FRAME) -> bytes:
    """The frame with its header."""
    return struct.pack(">IBBH", len(body) + 8, 2, kind, channel) + body


class FrameReader:
    """Cuts a stream into protocol headers and frames."""

    def __init__(self, max_frame_size: int) -> None:
        self._buffer = bytearray()
        self._max = max_frame_size

    def feed(self, data: bytes) -> None:
        """Adds what has arrived."""
        self._buffer += data

    def header(self) -> bytes | None:
        """The next 8 bytes, once they are there. Raises DecodeError at once when they can't be an AMQP header."""
        if not b"AMQP".startswith(bytes(self._buffer[:4])):
            raise DecodeError("The connection does not speak AMQP.")
        return self._take(8)

    def frame(self) -> Frame | None:
        """The next whole frame, if any. Raises DecodeError."""
        if len(self._buffer) < 8:
            return None
        size, offset, kind, channel = struct.unpack_from(">IBBH", self._buffer)
        if size > self._max or size < 8 or offset < 2 or offset * 4 > size:
            raise DecodeError(f"A frame of {size} bytes is not allowed: from 8 to {self._max}.")
        raw = self._take(size)
        return None if raw is None else Frame(kind, channel, raw[offset * 4 :])

    def _take(self, size: int) -> bytes | None:
        if len(self._buffer) < size:
            return None
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken
