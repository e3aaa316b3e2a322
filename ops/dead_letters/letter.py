"""A message that died, as it is told of and as it is sent again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from azure.servicebus import ServiceBusMessage, ServiceBusReceivedMessage
from azure.servicebus.amqp import AmqpMessageBodyType

from shared.messaging.entities import REPLAY_FOR, REPLAY_OF, Source
from shared.time import rfc3339

_LONGEST_ID = 128
_OF_THE_BROKER = ("DeadLetterReason", "DeadLetterErrorDescription")


class UnreplayableError(Exception):
    """The message can't be sent again as it was."""


@dataclass(frozen=True)
class DeadLetter:
    """One message of a dead-letter queue."""

    source: Source
    message: ServiceBusReceivedMessage

    @property
    def properties(self) -> dict[str | bytes, Any]:
        """Application properties, without the broker's own."""
        found = self.message.application_properties or {}
        named = {_text(name): _text(value) for name, value in found.items()}
        return {name: value for name, value in named.items() if name not in _OF_THE_BROKER}

    @property
    def known_as(self) -> str:
        """The id that its errors and its history are kept under: that of the first message when it was a replay."""
        return str(self.properties.get(REPLAY_OF) or self.message.message_id or "without-id")

    @property
    def sequence_number(self) -> int:
        """Its number in the dead-letter queue."""
        return int(self.message.sequence_number or 0)

    def answers_to(self, name: str) -> bool:
        """Whether an operator means it: by message id, the first message's id, or `#<sequence number>`."""
        return name in (self.message.message_id, self.known_as, f"#{self.sequence_number}")

    @property
    def body(self) -> bytes:
        """The payload. Raises UnreplayableError when it isn't plain bytes."""
        if self.message.body_type is not AmqpMessageBodyType.DATA:
            kind = self.message.body_type.value
            raise UnreplayableError(f"Message {self.known_as} has an AMQP body of type {kind}; only data is known.")
        return b"".join(self.message.body)

    def summary(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """The broker's reason joined with the errors that were recorded at each try."""
        return {
            "source": self.source.name,
            "messageId": self.message.message_id,
            "firstMessageId": self.known_as,
            "sequenceNumber": self.sequence_number,
            "subject": self.message.subject,
            "sessionId": self.message.session_id,
            "enqueuedAt": rfc3339(self.message.enqueued_time_utc) if self.message.enqueued_time_utc else None,
            "deliveryCount": self.message.delivery_count,
            "reason": self.message.dead_letter_reason,
            "description": self.message.dead_letter_error_description,
            "errors": record["errors"],
            "history": record["history"],
        }

    def details(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """The summary with properties and payload: JSON if it is JSON, else text."""
        return {**self.summary(record), "properties": self.properties, "payload": self._payload()}

    def again(self) -> ServiceBusMessage:
        """The message to send: for this source only, under a new id that is the same for each attempt to replay it.

        The old id could be dropped by duplicate detection. Raises UnreplayableError.
        """
        old, properties = self.message, {**self.properties, REPLAY_OF: self.known_as}
        if self.source.subscription is not None:
            properties[REPLAY_FOR] = self.source.subscription
        ending = f"~{self.sequence_number}"
        return ServiceBusMessage(
            self.body,
            application_properties=properties,
            message_id=self.known_as[: _LONGEST_ID - len(ending)] + ending,
            session_id=old.session_id,
            subject=old.subject,
            content_type=old.content_type,
            correlation_id=old.correlation_id,
            to=old.to,
            reply_to=old.reply_to,
        )

    def _payload(self) -> Any:
        try:
            return json.loads(self.body)
        except UnreplayableError as error:
            return str(error)
        except ValueError:
            return self.body.decode(errors="backslashreplace")


def _text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value
