"""Open senders, kept: opening one takes the SDK half a second."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusSender
from azure.servicebus.exceptions import MessageSizeExceededError, ServiceBusError

from localcloud.host.settings import resolve
from localcloud.host.triggers.service_bus.connection import DEFAULT_NAME, open_client


class Senders:
    """One client a connection, one sender an entity; each sends one thing at a time."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._settings = settings
        self._clients: dict[str, ServiceBusClient] = {}
        self._senders: dict[tuple[str, str], ServiceBusSender] = {}
        self._locks: dict[tuple[str, str], asyncio.Lock] = {}

    async def send(self, binding: Mapping[str, Any], messages: Sequence[ServiceBusMessage]) -> None:
        """Sends to the binding's queue or topic, in as few batches as they fit into. Raises ServiceBusError."""
        connection = str(binding.get("connection") or DEFAULT_NAME)
        entity = resolve(str(binding.get("queueName") or binding.get("topicName")), self._settings)
        key = (connection, entity)
        async with self._locks.setdefault(key, asyncio.Lock()):
            while messages:
                sent = await self._send_some(key, messages, topic=not binding.get("queueName"))
                messages = messages[sent:]

    async def close(self) -> None:
        """Closes everything."""
        for key in list(self._senders):
            await self._drop(key)
        for client in self._clients.values():
            await client.close()
        self._clients.clear()

    async def _send_some(self, key: tuple[str, str], messages: Sequence[ServiceBusMessage], *, topic: bool) -> int:
        """Sends one batch from the front, over a new link when the old one is broken; answers how many went."""
        try:
            return await _send_batch(self._sender(key, topic=topic), messages)
        except ServiceBusError:
            await self._drop(key)
            return await _send_batch(self._sender(key, topic=topic), messages)

    def _sender(self, key: tuple[str, str], *, topic: bool) -> ServiceBusSender:
        connection, entity = key
        if connection not in self._clients:
            self._clients[connection] = open_client(self._settings, connection)
        if key not in self._senders:
            client = self._clients[connection]
            self._senders[key] = client.get_topic_sender(entity) if topic else client.get_queue_sender(entity)
        return self._senders[key]

    async def _drop(self, key: tuple[str, str]) -> None:
        sender = self._senders.pop(key, None)
        if sender is not None:
            await sender.close()


async def _send_batch(sender: ServiceBusSender, messages: Sequence[ServiceBusMessage]) -> int:
    """Sends as many from the front as one batch holds; answers how many. Raises ServiceBusError."""
    if len(messages) == 1:
        await sender.send_messages(messages[0])
        return 1
    batch = await sender.create_message_batch()
    for message in messages:
        try:
            batch.add_message(message)
        except MessageSizeExceededError:
            if len(batch) == 0:
                raise
            break
    await sender.send_messages(batch)
    return len(batch)
