"""Uploads that the blob trigger gave up after five tries: messages in a queue of the uploads' storage account."""

import base64
import binascii
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from shared.images.storage import UPLOADS

QUEUE = "webjobs-blobtrigger-poison"
"""The blob trigger's poison queue: one for all functions of the account."""

_MOST_TRIES = 3
_VISIBILITY_SECONDS = 300


@dataclass(frozen=True)
class PoisonedUpload:
    """A message about one upload."""

    name: str
    message: QueueMessage

    @property
    def is_hopeless(self) -> bool:
        """Whether it has been taken out and come back several times: the tries failed, or the worker didn't live."""
        return (self.message.dequeue_count or 0) > _MOST_TRIES


class PoisonedUploads:
    """The messages about uploads; those about other containers are left alone."""

    def __init__(self, queue: QueueClient) -> None:
        self._queue = queue

    async def messages(self) -> AsyncIterator[PoisonedUpload]:
        """What lies there now; each is invisible to others for some minutes."""
        foreign = []
        received = self._queue.receive_messages(messages_per_page=32, visibility_timeout=_VISIBILITY_SECONDS)
        try:
            async for message in received:
                name = _upload_name(str(message.content))
                if name is None:
                    foreign.append(message)
                else:
                    yield PoisonedUpload(name, message)
        except ResourceNotFoundError:  # nothing was ever poisoned
            return
        for message in foreign:  # not earlier: what is put back would come again at once
            await self._queue.update_message(message, visibility_timeout=0)

    async def remove(self, poisoned: PoisonedUpload) -> None:
        """Takes a message out for good."""
        await self._queue.delete_message(poisoned.message)


def _upload_name(text: str) -> str | None:
    """The blob's name, if the message is about an upload. Hosts write JSON, most of them in base64."""
    for decode in (_plain, _base64):
        try:
            content = json.loads(decode(text))
        except (ValueError, binascii.Error):
            continue
        if isinstance(content, dict) and content.get("ContainerName") == UPLOADS:
            name: Any = content.get("BlobName")
            return name if isinstance(name, str) and name else None
    return None


def _plain(text: str) -> bytes:
    return text.encode()


def _base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
