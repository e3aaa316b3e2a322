"""Messages as the broker keeps them."""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any
from uuid import UUID

from localcloud.servicebus.amqp import sections
from localcloud.servicebus.amqp.decode import decode
from localcloud.servicebus.amqp.encode import encode
from localcloud.servicebus.amqp.errors import ARGUMENT_ERROR, DECODE_ERROR, AmqpError
from localcloud.servicebus.amqp.types import DecodeError, Int, Timestamp

DEAD_LETTER_REASON = "DeadLetterReason"
DEAD_LETTER_DESCRIPTION = "DeadLetterErrorDescription"
SCHEDULED_FOR = "x-opt-scheduled-enqueue-time"
LATEST_MS = 253_402_300_799_000
"""The end of the year 9999: no later time can be waited for."""


class State(IntEnum):
    """As in the annotation `x-opt-message-state`."""

    ACTIVE = 0
    DEFERRED = 1
    SCHEDULED = 2


@dataclass(frozen=True, slots=True)
class Content:
    """What the sender wrote. `ttl_ms`: how long it wants the message to live."""

    bare: bytes
    annotations: dict[Any, Any]
    durable: bool | None = None
    priority: int | None = None
    ttl_ms: int | None = None
    message_id: Any = None
    session_id: str | None = None
    hold_until: int | None = None

    @classmethod
    def parsed(cls, payload: bytes) -> "Content":
        """A message from the wire. Raises AmqpError."""
        try:
            parts = sections.parse(payload)
        except DecodeError as error:
            raise AmqpError(DECODE_ERROR, f"The message can't be decoded: {error}") from error
        header = parts.header + [None] * 3
        properties = parts.properties + [None] * 11
        durable, priority, ttl = header[:3]
        session = properties[10]
        if not (isinstance(ttl, int | None) and isinstance(session, str | None) and isinstance(priority, int | None)):
            raise AmqpError(DECODE_ERROR, "A field of the header or the properties has the wrong type.")
        if session is not None and len(session) > 128:
            raise AmqpError(ARGUMENT_ERROR, "The session id is longer than 128 characters.")
        return cls(parts.bare, parts.annotations, durable, priority, ttl, properties[0], session)

    def held_until(self, when: int) -> "Content":
        """The content, not available before this time (milliseconds since 1970); the message doesn't show it."""
        return replace(self, hold_until=when)

    @property
    def scheduled_for(self) -> int | None:
        """The wanted enqueue time in milliseconds since 1970."""
        if self.hold_until is not None:
            return self.hold_until
        value = self.annotations.get(SCHEDULED_FOR)
        return min(int(value), LATEST_MS) if isinstance(value, int) else None

    def dead_lettered(self, reason: str | None, description: str | None) -> "Content":
        """The content with why it died."""
        added = {DEAD_LETTER_REASON: reason, DEAD_LETTER_DESCRIPTION: description}
        told = {key: value for key, value in added.items() if value is not None}
        return replace(self, bare=sections.with_application_properties(self.bare, told)) if told else self

    def pack(self) -> bytes:
        """For the store."""
        return encode(
            [self.bare, self.annotations, self.durable, self.priority, self.ttl_ms, self.message_id, self.session_id]
        )

    @classmethod
    def unpack(cls, packed: bytes) -> "Content":
        """From the store."""
        return cls(*decode(packed)[0])


@dataclass(slots=True)
class Lock:
    """Who may settle a message, and until when (milliseconds since 1970)."""

    token: UUID
    until: int
    owner: Any = None


@dataclass(slots=True)
class Message:
    """A message in an entity. Times are milliseconds since 1970."""

    sequence_number: int
    content: Content
    enqueued_at: int
    expires_at: int | None = None
    state: State = State.ACTIVE
    delivery_count: int = 0
    scheduled_for: int | None = None
    lock: Lock | None = None

    def encoded(self, *, peeked: bool = False) -> bytes:
        """As it goes to a client."""
        content = self.content
        ttl = None if self.expires_at is None else self.expires_at - self.enqueued_at
        added: dict[Any, Any] = {
            "x-opt-sequence-number": int(self.sequence_number),
            "x-opt-enqueued-time": Timestamp(self.enqueued_at),
        }
        if self.lock is not None and not peeked:
            added["x-opt-locked-until"] = Timestamp(self.lock.until)
        if peeked or self.state is not State.ACTIVE:
            added["x-opt-message-state"] = Int(self.state)
        head = sections.encode_head(content.durable, content.priority, ttl, self.delivery_count)
        return head + sections.encode_annotations({**content.annotations, **added}) + content.bare
