"""Takes messages from one queue, hands them over, deletes what went well, tries the rest again, then gives up."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from localcloud.host.triggers.storage.in_flight import InFlight
from localcloud.host.triggers.storage.options import QueueOptions
from localcloud.host.triggers.storage.wakeups import rest

VISIBILITY = 600
"""Seconds for which a taken message is invisible; renewed while it is worked on."""
_SHORTEST_PAUSE = 0.1
_LAST_WORDS = 5.0
"""Seconds that running work gets when the host stops."""


@dataclass(frozen=True)
class Work:
    """Where messages come from, what is done with them, and where they end."""

    queue: QueueClient
    poison: QueueClient
    """Made when it is needed."""
    handle: Callable[[QueueMessage], Awaitable[bool]]
    """Whether it went well. It may raise ValueError for a message that will never do."""
    options: QueueOptions
    in_flight: InFlight
    woken: asyncio.Event
    log: Callable[[str], None]


class QueueReader:
    """One run of reading, from the first poll to the loss of the queue."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, well: Callable[[], None]) -> None:
        """Reads until it is cancelled; `well` is called after every poll. Raises AzureError when the queue is lost."""
        await self._release_left()
        pause = _SHORTEST_PAUSE
        try:
            while True:
                taken = await self._take()
                well()
                if taken:
                    pause = _SHORTEST_PAUSE
                    continue
                await rest(self._work.woken, pause)
                pause = min(2 * pause, self._work.options.longest_pause.total_seconds())
        finally:
            await self._finish()

    async def _take(self) -> int:
        options = self._work.options
        while len(self._running) > options.new_batch_threshold:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        pages = self._work.queue.receive_messages(
            messages_per_page=options.batch_size, max_messages=options.batch_size, visibility_timeout=VISIBILITY
        )
        messages = [message async for message in pages]
        if messages:
            self._work.in_flight.hold({message.id: str(message.pop_receipt) for message in messages})
        for message in messages:
            task = asyncio.create_task(self._process(message))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return len(messages)

    async def _process(self, message: QueueMessage) -> None:
        """Everything about one message. After trouble, with storage mostly, it stays noted, and comes back."""
        try:
            await self._settle(message)
        except Exception as error:  # whatever it is, the other messages go on
            self._work.log(f"Message '{message.id}' of queue '{self._work.queue.queue_name}' comes again: {error}")
        else:
            self._work.in_flight.drop(message.id)

    async def _settle(self, message: QueueMessage) -> None:
        most, count = self._work.options.max_dequeue_count, message.dequeue_count or 1
        if count > most:  # a host died with it on the last try
            await self._give_up(message, f"it has been taken {count} times")
            return
        renewing = asyncio.create_task(self._renew(message))
        try:
            good, last = await self._work.handle(message), count >= most
        except ValueError as error:
            await self._give_up(message, str(error))
            return
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
        if good:
            await self._delete(message)
        elif last:
            await self._give_up(message, f"it failed {count} times")
        else:
            await self._again(message)

    async def _again(self, message: QueueMessage) -> None:
        wait = int(self._work.options.visibility_timeout.total_seconds())
        await self._work.queue.update_message(message, visibility_timeout=wait)
        self._work.woken.set()

    async def _give_up(self, message: QueueMessage, reason: str) -> None:
        poison = self._work.poison
        self._work.log(f"Message '{message.id}' is moved to queue '{poison.queue_name}': {reason}.")
        try:
            await poison.send_message(message.content)
        except ResourceNotFoundError:
            await poison.create_queue()
            await poison.send_message(message.content)
        await self._delete(message)

    async def _delete(self, message: QueueMessage) -> None:
        try:
            await self._work.queue.delete_message(message)
        except ResourceNotFoundError:
            self._work.log(f"Message '{message.id}' of queue '{self._work.queue.queue_name}' was taken by another.")

    async def _renew(self, message: QueueMessage) -> None:
        while True:
            await asyncio.sleep(VISIBILITY / 2)
            try:
                renewed = await self._work.queue.update_message(message, visibility_timeout=VISIBILITY)
            except AzureError as error:
                self._work.log(f"Message '{message.id}' could not be kept: {error}")
                continue
            message.pop_receipt = renewed.pop_receipt
            self._work.in_flight.hold({message.id: str(message.pop_receipt)})

    async def _release_left(self) -> None:
        """Lets the messages come back that an earlier run of this host was working on."""
        left = self._work.in_flight.left()
        for message, receipt in left.items():
            try:
                await self._work.queue.update_message(message, pop_receipt=receipt, visibility_timeout=0)
            except AzureError as error:
                if not _gone(error):
                    raise
        if left:
            self._work.in_flight.forget_left()

    async def _finish(self) -> None:
        running: Sequence[asyncio.Task[None]] = list(self._running)
        if running:
            await asyncio.wait(running, timeout=_LAST_WORDS)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _gone(error: AzureError) -> bool:
    """Whether the message doesn't exist or is somebody else's by now."""
    return getattr(error, "status_code", None) in (400, 404)
