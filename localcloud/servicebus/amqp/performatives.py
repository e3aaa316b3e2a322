"""The performatives as tables: what goes in the body of a frame (specification, parts 2 and 5)."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, ClassVar

from localcloud.servicebus.amqp.decode import decode
from localcloud.servicebus.amqp.encode import NULL, encode, encode_described_parts, encoder_of
from localcloud.servicebus.amqp.types import DecodeError, Described, Symbol, Ubyte, Uint, Ulong, Ushort


@dataclass(slots=True)
class Performative:
    """A described list. `KINDS` gives each field's class; other classes than these are refused."""

    CODE: ClassVar[int]
    KINDS: ClassVar[tuple[type | None, ...]]

    def encode(self) -> bytes:
        """The bytes, without trailing nulls."""
        parts: list[bytes] = []
        given = 0
        for name, encoder in _plan(type(self)):  # type: ignore[arg-type]  # classes are hashable, mypy takes the instances' __hash__
            value = getattr(self, name)
            if value is None:
                parts.append(NULL)
            else:
                parts.append(encoder(value))
                given = len(parts)
        return encode_described_parts(self.CODE, parts[:given])


@cache
def _plan(kind: type[Performative]) -> tuple[tuple[str, Callable[[Any], bytes]], ...]:
    """Name and encoder of each field."""
    names = (field.name for field in fields(kind))
    return tuple(
        (name, encoder_of(wanted) if wanted in _NUMBERS else encode)
        for name, wanted in zip(names, kind.KINDS, strict=True)
    )


@dataclass(slots=True)
class Open(Performative):
    """Opens the connection."""

    CODE = 0x10
    KINDS = (str, str, Uint, Ushort, Uint, None, None, None, None, dict)
    container_id: str | None = None
    hostname: str | None = None
    max_frame_size: int | None = None
    channel_max: int | None = None
    idle_time_out: int | None = None
    outgoing_locales: Any = None
    incoming_locales: Any = None
    offered_capabilities: Any = None
    desired_capabilities: Any = None
    properties: dict[Any, Any] | None = None


@dataclass(slots=True)
class Begin(Performative):
    """Begins a session."""

    CODE = 0x11
    KINDS = (Ushort, Uint, Uint, Uint, Uint, None, None, dict)
    remote_channel: int | None = None
    next_outgoing_id: int | None = None
    incoming_window: int | None = None
    outgoing_window: int | None = None
    handle_max: int | None = None
    offered_capabilities: Any = None
    desired_capabilities: Any = None
    properties: dict[Any, Any] | None = None


@dataclass(slots=True)
class Attach(Performative):
    """Attaches a link. `role`: True when the one that says so receives."""

    CODE = 0x12
    KINDS = (str, Uint, bool, Ubyte, Ubyte, None, None, dict, bool, Uint, Ulong, None, None, dict)
    name: str | None = None
    handle: int | None = None
    role: bool | None = None
    snd_settle_mode: int | None = None
    rcv_settle_mode: int | None = None
    source: Any = None
    target: Any = None
    unsettled: dict[Any, Any] | None = None
    incomplete_unsettled: bool | None = None
    initial_delivery_count: int | None = None
    max_message_size: int | None = None
    offered_capabilities: Any = None
    desired_capabilities: Any = None
    properties: dict[Any, Any] | None = None


@dataclass(slots=True)
class Flow(Performative):
    """Windows of a session and, with a handle, credit of a link."""

    CODE = 0x13
    KINDS = (Uint, Uint, Uint, Uint, Uint, Uint, Uint, Uint, bool, bool, dict)
    next_incoming_id: int | None = None
    incoming_window: int | None = None
    next_outgoing_id: int | None = None
    outgoing_window: int | None = None
    handle: int | None = None
    delivery_count: int | None = None
    link_credit: int | None = None
    available: int | None = None
    drain: bool | None = None
    echo: bool | None = None
    properties: dict[Any, Any] | None = None


@dataclass(slots=True)
class Transfer(Performative):
    """A message or a part of one."""

    CODE = 0x14
    KINDS = (Uint, Uint, bytes, Uint, bool, bool, Ubyte, None, bool, bool, bool)
    handle: int | None = None
    delivery_id: int | None = None
    delivery_tag: bytes | None = None
    message_format: int | None = None
    settled: bool | None = None
    more: bool | None = None
    rcv_settle_mode: int | None = None
    state: Any = None
    resume: bool | None = None
    aborted: bool | None = None
    batchable: bool | None = None


@dataclass(slots=True)
class Disposition(Performative):
    """What became of deliveries `first` to `last`."""

    CODE = 0x15
    KINDS = (bool, Uint, Uint, bool, None, bool)
    role: bool | None = None
    first: int | None = None
    last: int | None = None
    settled: bool | None = None
    state: Any = None
    batchable: bool | None = None


@dataclass(slots=True)
class Detach(Performative):
    """Detaches a link."""

    CODE = 0x16
    KINDS = (Uint, bool, None)
    handle: int | None = None
    closed: bool | None = None
    error: Any = None


@dataclass(slots=True)
class End(Performative):
    """Ends a session."""

    CODE = 0x17
    KINDS = (None,)
    error: Any = None


@dataclass(slots=True)
class Close(Performative):
    """Closes the connection."""

    CODE = 0x18
    KINDS = (None,)
    error: Any = None


@dataclass(slots=True)
class SaslMechanisms(Performative):
    """The mechanisms that the server offers."""

    CODE = 0x40
    KINDS = (None,)
    mechanisms: Any = None


@dataclass(slots=True)
class SaslInit(Performative):
    """The mechanism that the client chose."""

    CODE = 0x41
    KINDS = (Symbol, bytes, str)
    mechanism: str | None = None
    initial_response: bytes | None = None
    hostname: str | None = None


@dataclass(slots=True)
class SaslOutcome(Performative):
    """0: welcome; 1: refused."""

    CODE = 0x44
    KINDS = (Ubyte, bytes)
    code: int | None = None
    additional_data: bytes | None = None


_NUMBERS = (Ubyte, Ushort, Uint, Ulong)
_CLASSES: tuple[type[Performative], ...] = (
    Open,
    Begin,
    Attach,
    Flow,
    Transfer,
    Disposition,
    Detach,
    End,
    Close,
    SaslMechanisms,
    SaslInit,
    SaslOutcome,
)
_BY_DESCRIPTOR: dict[int, type[Performative]] = {kind.CODE: kind for kind in _CLASSES}


def decode_performative(body: bytes) -> tuple[Performative, bytes]:
    """The performative at the start of a frame's body, and the payload behind it. Raises DecodeError."""
    value, after = decode(body)
    if not isinstance(value, Described) or not isinstance(value.value, list):
        raise DecodeError("The frame's body is not a described list.")
    kind = _BY_DESCRIPTOR.get(value.descriptor) if isinstance(value.descriptor, int) else None
    if kind is None:
        raise DecodeError(f"{value.descriptor!r} is no performative.")
    given: list[Any] = value.value
    if len(given) > len(kind.KINDS):
        raise DecodeError(f"{kind.__name__} has more fields than the protocol knows.")
    for item, wanted in zip(given, kind.KINDS, strict=False):
        if item is not None and wanted is not None and not isinstance(item, int if wanted in _NUMBERS else wanted):
            raise DecodeError(f"A field of {kind.__name__} has the wrong type: {item!r}.")
    return kind(*given), body[after:]
