"""What a function gets: the body as input, the message's properties as trigger metadata, as on the real host."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusSession
from azure.servicebus.amqp import AmqpMessageBodyType

from localcloud.host.model import Datum
from localcloud.host.triggers.message_texts import binding_datum, compact, parsed_json

_NO_EXPIRY = "9999-12-31T23:59:59.9999999Z"
_TEXTS: dict[str, Callable[[ServiceBusReceivedMessage], str | None]] = {
    "MessageId": lambda message: _identifier(message.message_id),
    "Label": lambda message: message.subject,
    "To": lambda message: message.to,
    "ReplyTo": lambda message: message.reply_to,
    "CorrelationId": lambda message: _identifier(message.correlation_id),
    "ContentType": lambda message: message.content_type,
}
"""Metadata that is there only when the sender set it."""


def body_bytes(message: ServiceBusReceivedMessage) -> bytes:
    """The body, whatever AMQP form it has; values that aren't text or bytes as JSON."""
    body = message.body
    if message.body_type is AmqpMessageBodyType.DATA:
        return b"".join(body)
    value = [list(part) for part in body] if message.body_type is AmqpMessageBodyType.SEQUENCE else body
    if isinstance(value, bytes):
        return value
    return b"" if value is None else json.dumps(_plain(value), default=str).encode()


def one(message: ServiceBusReceivedMessage, *, binary: bool) -> tuple[Datum, dict[str, Datum]]:
    """Input and metadata of a function that takes one message; `binary` is the binding's dataType.

    Without it a body that isn't UTF-8 gets replacement characters, as on the real host.
    """
    body = body_bytes(message)
    metadata = _properties_of_object(body)
    metadata |= {name: Datum("string", text) for name, get in _TEXTS.items() if (text := get(message)) is not None}
    metadata |= {
        "SequenceNumber": Datum("json", str(message.sequence_number)),
        "DeliveryCount": Datum("json", str(_delivery_count(message))),
        "LockToken": Datum("string", str(message.lock_token)),
        "EnqueuedTimeUtc": _json(_time(message.enqueued_time_utc)),
        "ExpiresAtUtc": _json(_time(message.expires_at_utc)),
        "UserProperties": _json(user_properties(message)),
    }
    datum = Datum("bytes", body) if binary else Datum("string", body.decode("utf-8", "replace"))
    return datum, metadata


def many(messages: Sequence[ServiceBusReceivedMessage], *, binary: bool) -> tuple[Datum, dict[str, Datum]]:
    """Input and metadata of a function that takes a batch. Raises ValueError for a body neither JSON nor `binary`."""
    metadata = {f"{name}Array": _strings(messages, get) for name, get in _TEXTS.items()}
    metadata |= {
        "DeadLetterSourceArray": Datum("collection_string", []),
        "LockTokenArray": Datum("collection_string", [str(message.lock_token) for message in messages]),
        "SequenceNumberArray": Datum("collection_sint64", [message.sequence_number for message in messages]),
        "DeliveryCountArray": _json([_delivery_count(message) for message in messages]),
        "EnqueuedTimeUtcArray": _json([_time(message.enqueued_time_utc) for message in messages]),
        "ExpiresAtUtcArray": _json([_time(message.expires_at_utc) for message in messages]),
        "UserPropertiesArray": _json([user_properties(message) for message in messages]),
    }
    bodies = [body_bytes(message) for message in messages]
    if binary:
        return Datum("collection_bytes", bodies), metadata
    return _json([json.loads(body) for body in bodies]), metadata


def receiver_of(path: str, session: ServiceBusSession | None) -> dict[str, Datum]:
    """Metadata about who received: of the dumped .NET objects what means something outside of .NET."""
    shown = {"RegisteredPlugins": [], "Path": path}
    metadata = {name: _json(shown) for name in ("IMessageReceiver", "MessageReceiver")}
    if session is not None:
        held = {"LockedUntilUtc": _time(session.locked_until_utc), "SessionId": session.session_id}
        metadata["MessageSession"] = _json(held | shown)
    return metadata


def user_properties(message: ServiceBusReceivedMessage) -> dict[str, Any]:
    """The application properties as JSON: uuid as text, timestamp with Z, null kept."""
    given: Mapping[Any, Any] = message.application_properties or {}
    return {_text(name): _plain(value) for name, value in given.items()}


def _properties_of_object(body: bytes) -> dict[str, Datum]:
    """The top-level properties of a JSON object, which binding expressions may name."""
    value = parsed_json(body)
    if not isinstance(value, dict):
        return {}
    return {name: datum for name, part in value.items() if (datum := binding_datum(part)) is not None}


def _strings(messages: Sequence[ServiceBusReceivedMessage], get: Callable[[Any], str | None]) -> Datum:
    """A column of texts; empty when nobody set the value."""
    values = [get(message) for message in messages]
    return Datum("collection_string", [value or "" for value in values] if any(values) else [])


def _json(value: Any) -> Datum:
    return Datum("json", compact(value))


def _delivery_count(message: ServiceBusReceivedMessage) -> int:
    """The wire counts failed deliveries before this one; .NET, and so functions, count from 1."""
    return (message.delivery_count or 0) + 1


def _time(moment: datetime | None) -> str:
    if moment is None:
        return _NO_EXPIRY
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _identifier(value: Any) -> str | None:
    """AMQP lets ids be numbers, UUIDs and bytes, too; programs other than the Azure SDKs send such ones."""
    return None if value is None else _text(value)


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return _text(value)
    if isinstance(value, Mapping):
        return {_text(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value
