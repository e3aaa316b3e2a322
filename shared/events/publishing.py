"""Sending events to the topic: in the order given, as full batches as the broker takes, safe to repeat."""

import asyncio
import json
from collections.abc import Iterable
from typing import Protocol

from azure.servicebus import ServiceBusMessage, ServiceBusMessageBatch
from azure.servicebus.exceptions import MessageSizeExceededError

from shared.events.event import CONTENT_TYPE, Event


class Sender(Protocol):
    """The part of the SDK's asynchronous sender that is used here."""

    async def create_message_batch(self) -> ServiceBusMessageBatch:
        """An empty batch of the size that the broker takes."""
        ...

    async def send_messages(self, message: ServiceBusMessageBatch) -> None:
        """Returns once the broker has the batch: all of it, or it raises."""
        ...


class EventPublisher:
    """Sends events through one sender, which serves one call at a time.

    The message id is the event's id, so that the topic's duplicate detection drops what is sent again after a crash;
    the session id is the aggregate's, so that a session-enabled subscription keeps each aggregate's order.
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._turn = asyncio.Lock()

    async def publish(self, events: Iterable[Event]) -> None:
        """Returns once the broker has all of them; when it raises, an unknown number from the front has been sent."""
        events = list(events)
        if not events:
            return
        async with self._turn:
            batch = await self._sender.create_message_batch()
            for event in events:
                message = event_message(event)
                if not _add(batch, message):
                    await self._sender.send_messages(batch)
                    batch = await self._sender.create_message_batch()
                    batch.add_message(message)
            if len(batch):
                await self._sender.send_messages(batch)


def event_message(event: Event) -> ServiceBusMessage:
    """The message that carries an event; its subject is the event's type, for the subscriptions' rules."""
    return ServiceBusMessage(
        json.dumps(event.to_cloud_event(), ensure_ascii=False, separators=(",", ":")),
        message_id=event.id,
        session_id=event.aggregate,
        subject=event.type,
        content_type=CONTENT_TYPE,
        correlation_id=event.correlation_id or None,
    )


def _add(batch: ServiceBusMessageBatch, message: ServiceBusMessage) -> bool:
    """False when the batch is full."""
    try:
        batch.add_message(message)
    except MessageSizeExceededError:
        if not len(batch):
            raise
        return False
    return True
