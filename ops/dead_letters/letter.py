"""A message that died, as it is told of and as it is sent again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.amqp import AmqpAnnotatedMessage, AmqpMessageBodyType, AmqpMessageProperties

from ops.dead_letters.amqp_values import plain, shown, text
from shared.messaging.entities import REPLAY_FOR, REPLAY_OF, Source
from shared.messaging.naming import known_as
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
    def properties(self) -> dict[str, Any]:
        """Application properties, without the broker's own. Texts arrive as bytes; bytes that aren't text stay so."""
        found = self.message.application_properties or {}
        named = {str(shown(name)): text(value) for name, value in found.items()}
        return {name: value for name, value in named.items() if name not in _OF_THE_BROKER}

    @cached_property
    def known_as(self) -> str:
        """The id that its errors and its history are kept under: that of the first message when it was a replay."""
        return known_as(self.message.message_id, self.properties, self.body)

    @property
    def sequence_number(self) -> int:
        """Its number in the dead-letter queue."""
        return int(self.message.sequence_number or 0)

    def answers_to(self, name: str) -> bool:
        """Whether an operator means it: by message id, the first message's id, or `#<sequence number>`."""
        return name in (shown(self.message.message_id), self.known_as, f"#{self.sequence_number}")

    @cached_property
    def body(self) -> bytes:
        """The payload; an AMQP value or sequence, which other programs may send, as JSON."""
        if self.message.body_type is AmqpMessageBodyType.DATA:
            return b"".join(self.message.body)
        value = self._value()
        if isinstance(value, bytes):
            return value
        return b"" if value is None else json.dumps(plain(value)).encode()

    def _value(self) -> Any:
        found = self.message.body
        return [list(part) for part in found] if self.message.body_type is AmqpMessageBodyType.SEQUENCE else found

    def summary(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """The broker's reason joined with the errors that were recorded at each try."""
        return {
            "source": self.source.name,
            "messageId": shown(self.message.message_id),
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
        properties = {name: plain(value) for name, value in self.properties.items()}
        return {**self.summary(record), "properties": properties, "payload": self._payload()}

    @property
    def next_id(self) -> str:
        """The message id of its replay: the same for each attempt, and never one that duplicate detection has seen."""
        ending = f"~{self.sequence_number}"
        return self.known_as[: _LONGEST_ID - len(ending)] + ending

    def again(self) -> AmqpAnnotatedMessage:
        """The message to send, for this source only. Raises UnreplayableError."""
        old, properties = self.message, {**self.properties, REPLAY_OF: self.known_as}
        binary = [name for name, value in properties.items() if isinstance(value, bytes)]
        if binary:
            raise UnreplayableError(
                f"Message {self.known_as} of {self.source.name} can't be sent again: the SDK can't send the bytes in "
                f"its property {binary[0]}."
            )
        if self.source.subscription is not None:
            properties[REPLAY_FOR] = self.source.subscription
        return AmqpAnnotatedMessage(
            **self._same_body(),
            application_properties=properties,
            properties=AmqpMessageProperties(
                message_id=self.next_id,
                group_id=old.session_id,
                subject=old.subject,
                content_type=old.content_type,
                correlation_id=old.correlation_id,
                to=old.to,
                reply_to=old.reply_to,
            ),
        )

    def _same_body(self) -> dict[str, Any]:
        match self.message.body_type:
            case AmqpMessageBodyType.VALUE:
                return {"value_body": text(self._value())}
            case AmqpMessageBodyType.SEQUENCE:
                return {"sequence_body": text(self._value())}
        return {"data_body": self.body}

    def _payload(self) -> Any:
        try:
            return json.loads(self.body, parse_constant=_refuse)
        except (ValueError, RecursionError):
            return self.body.decode(errors="backslashreplace")


def _refuse(constant: str) -> float:
    """NaN and the infinities, which Python reads and JSON doesn't have."""
    raise ValueError(f"{constant} isn't JSON")
