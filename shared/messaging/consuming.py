"""Consuming one message: with patience, and with a record of what went wrong before it is given back."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.messaging.naming import known_as
from shared.messaging.patience import Patience
from shared.messaging.records import MessageRecords

logger = logging.getLogger(__name__)


class RefusedMessageError(Exception):
    """A message that no retry can help: the text names what is wrong with it. It ends in the dead-letter queue."""


@dataclass(frozen=True)
class Incoming:
    """A message as the host hands it over."""

    source: str
    """`orders`, `shop-events/views`: see `Source.name`."""
    body: bytes
    message_id: str | None = None
    delivery_count: int = 1
    properties: Mapping[str, Any] = field(default_factory=dict)
    """Application properties."""

    @property
    def known_as(self) -> str:
        """The id that records are kept under: see `known_as`."""
        return known_as(self.message_id, self.properties, self.body)


def json_body(message: Incoming) -> Any:
    """The JSON value of the body. Raises RefusedMessageError."""
    try:
        return json.loads(message.body)
    except (ValueError, RecursionError) as error:
        raise RefusedMessageError(f"The body isn't JSON: {error}") from error


async def consume(
    message: Incoming,
    work: Callable[[], Awaitable[None]],
    records: MessageRecords,
    patience: Patience | None = None,
) -> None:
    """Does the work and returns: the host completes the message. Raises: the host gives it back to the broker."""
    try:
        await (patience or Patience()).run(work)
    except Exception as error:  # whatever it is, it is recorded and raised again
        logger.error("Message %s of %s failed: %s: %s", message.known_as, message.source, type(error).__name__, error)  # noqa: TRY400 - the host logs the traceback
        await _record(message, error, records)
        raise


async def _record(message: Incoming, error: Exception, records: MessageRecords) -> None:
    try:
        await records.failed(message.source, message.known_as, message.delivery_count, error)
    except Exception:  # the message's own error counts, whatever hinders its record
        logger.warning("The error of message %s could not be recorded.", message.known_as, exc_info=True)
