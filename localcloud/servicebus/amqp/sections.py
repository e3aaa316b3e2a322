"""The sections of a message (specification, part 3.2).

What the sender wrote for the receiver (properties, application properties, body) is kept as it came, byte by byte.
"""

from dataclasses import dataclass, field
from typing import Any

from localcloud.servicebus.amqp.decode import decode
from localcloud.servicebus.amqp.encode import encode_described
from localcloud.servicebus.amqp.types import DecodeError, Described, Symbol, Ubyte, Uint

HEADER, DELIVERY_ANNOTATIONS, MESSAGE_ANNOTATIONS = 0x70, 0x71, 0x72
PROPERTIES, APPLICATION_PROPERTIES, DATA, FOOTER = 0x73, 0x74, 0x75, 0x78
_LAST = FOOTER


@dataclass(slots=True)
class Sections:
    """A message taken apart. `bare` begins at the properties and goes to the end."""

    header: list[Any] = field(default_factory=list)
    annotations: dict[Any, Any] = field(default_factory=dict)
    bare: bytes = b""
    properties: list[Any] = field(default_factory=list)
    application_properties: dict[Any, Any] = field(default_factory=dict)
    properties_end: int = 0
    body_start: int = 0
    body: Any = None


def parse(payload: bytes, *, want_body: bool = False) -> Sections:
    """Takes a message apart. The body is decoded only where wanted (one amqp-value). Raises DecodeError."""
    sections = Sections()
    position, bare_start = 0, None
    while position < len(payload):
        code = _code(payload, position)
        if code >= DATA and not want_body:
            break
        value, after = decode(payload, position + 3)
        if code >= PROPERTIES and bare_start is None:
            bare_start = position
        _take(sections, code, value, after - (bare_start or 0))
        position = after
        if code >= DATA:
            break
    bare_start = position if bare_start is None else bare_start
    sections.bare = payload[bare_start:]
    sections.properties_end = sections.properties_end or 0
    sections.body_start = sections.body_start or sections.properties_end
    return sections


def data_sections(payload: bytes) -> list[bytes]:
    """The contents of all data sections, as in a batch. Raises DecodeError."""
    found, position = [], 0
    while position < len(payload):
        code = _code(payload, position)
        value, position = decode(payload, position + 3)
        if code == DATA:
            if not isinstance(value, bytes):
                raise DecodeError("A data section holds something else than binary.")
            found.append(value)
    return found


def with_application_properties(bare: bytes, added: dict[str, Any]) -> bytes:
    """The bare message with these application properties added or replaced."""
    sections = parse(bare)
    merged = {**sections.application_properties, **added}
    section = encode_described(APPLICATION_PROPERTIES, merged)
    return sections.bare[: sections.properties_end] + section + sections.bare[sections.body_start :]


def encode_head(durable: Any, priority: Any, ttl_ms: int | None, delivery_count: int) -> bytes:
    """The header section; `delivery_count` is that of earlier deliveries."""
    ttl = None if ttl_ms is None else Uint(min(ttl_ms, 0xFFFFFFFF))
    level = None if priority is None else Ubyte(priority)
    return encode_described(HEADER, [durable, level, ttl, None, Uint(delivery_count)])


def encode_annotations(annotations: dict[Any, Any]) -> bytes:
    """The message annotations."""
    symbols = {Symbol(key) if isinstance(key, str) else key: value for key, value in annotations.items()}
    return encode_described(MESSAGE_ANNOTATIONS, symbols)


def _code(payload: bytes, position: int) -> int:
    if payload[position : position + 2] != b"\x00\x53" or position + 2 >= len(payload):
        descriptor, _ = decode(payload, position)
        text = descriptor.descriptor if isinstance(descriptor, Described) else descriptor
        raise DecodeError(f"A message section was expected, not {text!r}.")
    code = payload[position + 2]
    if not HEADER <= code <= _LAST:
        raise DecodeError(f"0x{code:02x} is no message section.")
    return code


def _take(sections: Sections, code: int, value: Any, end: int) -> None:
    wanted: dict[int, type] = {HEADER: list, MESSAGE_ANNOTATIONS: dict, PROPERTIES: list, APPLICATION_PROPERTIES: dict}
    if code in wanted and not isinstance(value, wanted[code]):
        raise DecodeError(f"The section 0x{code:02x} is malformed.")
    if code == HEADER:
        sections.header = value
    elif code == MESSAGE_ANNOTATIONS:
        sections.annotations = value
    elif code == PROPERTIES:
        sections.properties, sections.properties_end, sections.body_start = value, end, end
    elif code == APPLICATION_PROPERTIES:
        sections.application_properties, sections.body_start = value, end
    elif code >= DATA:
        sections.body = value
