"""AMQP errors: conditions of the specification and of Service Bus, and how they go over the wire."""

from typing import Any

from localcloud.servicebus.amqp.types import Described, Symbol, Ulong

NOT_FOUND = "amqp:not-found"
NOT_ALLOWED = "amqp:not-allowed"
NOT_IMPLEMENTED = "amqp:not-implemented"
DECODE_ERROR = "amqp:decode-error"
INTERNAL_ERROR = "amqp:internal-error"
UNAUTHORIZED = "amqp:unauthorized-access"
RESOURCE_LIMIT = "amqp:resource-limit-exceeded"
CONNECTION_FORCED = "amqp:connection:forced"
FRAMING_ERROR = "amqp:connection:framing-error"
MESSAGE_TOO_LARGE = "amqp:link:message-size-exceeded"
UNATTACHED_HANDLE = "amqp:session:unattached-handle"
HANDLE_IN_USE = "amqp:session:handle-in-use"
TIMED_OUT = "com.microsoft:timeout"
ENTITY_DISABLED = "com.microsoft:entity-disabled"
ENTITY_EXISTS = "com.microsoft:entity-already-exists"
ARGUMENT_ERROR = "com.microsoft:argument-error"
MESSAGE_LOCK_LOST = "com.microsoft:message-lock-lost"
MESSAGE_NOT_FOUND = "com.microsoft:message-not-found"
SESSION_LOCK_LOST = "com.microsoft:session-lock-lost"
SESSION_CANNOT_BE_LOCKED = "com.microsoft:session-cannot-be-locked"

_CODE = Ulong(0x1D)


class AmqpError(Exception):
    """A refusal with an AMQP condition."""

    def __init__(self, condition: str, description: str) -> None:
        super().__init__(description)
        self.condition = condition
        self.description = description

    def wire(self) -> Described:
        """As an AMQP error with all three fields: the Python SDK reads the third even where it is null."""
        return Described(_CODE, [Symbol(self.condition), self.description, None])


class ConnectionFailure(AmqpError):  # noqa: N818 - an AMQP error of the whole connection, named after what ends
    """A fault of the peer after which the connection is closed."""


def error_of(value: Any) -> tuple[str | None, dict[Any, Any]]:
    """Condition and info map of a received error; (None, {}) when there is none."""
    if not isinstance(value, Described) or not isinstance(value.value, list) or not value.value:
        return None, {}
    fields = value.value
    info = fields[2] if len(fields) > 2 and isinstance(fields[2], dict) else {}
    return str(fields[0]), info
