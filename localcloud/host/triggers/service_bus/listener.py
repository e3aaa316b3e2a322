"""One function's listener: receives for ever, and again after every loss of the connection."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import AutoLockRenewer, ServiceBusClient, ServiceBusReceiver
from azure.servicebus.exceptions import OperationTimeoutError, SessionLockLostError

from localcloud.host.extension import HostServices
from localcloud.host.model import FunctionMetadata
from localcloud.host.triggers.service_bus.connection import open_client
from localcloud.host.triggers.service_bus.options import ServiceBusOptions
from localcloud.host.triggers.service_bus.source import Source
from localcloud.host.triggers.service_bus.work import MessageWork

_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.25, 5.0
_SESSION_WAIT = 60.0
_REFUSED_WITHIN = 2.0
"""Seconds: who still waits for a session then was not refused, so it listens."""
_POLL = 30.0
_GATHERING = 0.01
"""Seconds that a batch waits for more messages after the first; the SDK must wake so often."""


LONGEST_DRAIN = 6.0
"""Seconds that a stop waits for running calls; the message of a longer one comes again when its lock runs out."""


class Listener:
    """Runs until it is cancelled. What keeps it from listening is reported, and it tries again with growing pauses.

    Calls that may run side by side have a lane each, with a link of its own that receives one message, calls the
    function and settles: the SDK makes whoever shares a link wait for the others, up to 0.2 s each. One lane is there
    always; another one is opened when all are at work, and closed when it has been idle for long.
    """

    def __init__(
        self, function: FunctionMetadata, source: Source, services: HostServices, options: ServiceBusOptions
    ) -> None:
        self._function, self._source = function, source
        self._services, self._options = services, options
        self._work = MessageWork(function, source, services, options)
        self._most = 1 if source.many else options.max_concurrent_calls
        # What one of many lanes fetched ahead would wait for that lane's call while the others are idle.
        self._prefetch = options.prefetch_count if self._most == 1 else 0
        self._extra: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._successes = 0

    async def run(self) -> None:
        """Listens; when cancelled, what the function has begun is finished and settled, within LONGEST_DRAIN."""
        try:
            if self._source.sessions:
                count = self._options.max_concurrent_sessions
                await asyncio.gather(*(self._for_ever(self._receive_session) for _ in range(count)))
            else:
                await self._for_ever(self._receive)
        finally:
            for lane in self._extra:
                lane.cancel()
            await asyncio.gather(*self._extra, return_exceptions=True)

    async def _for_ever(self, receive: Callable[[ServiceBusClient], Awaitable[None]]) -> None:
        pause, successes = _SHORTEST_PAUSE, self._successes
        while True:
            try:
                async with self._client() as client:
                    while True:
                        await receive(client)
            except Exception as error:  # whatever it is, the function goes on listening
                self._services.report(self._function.name, self._explained(error))
                if self._successes > successes:
                    pause, successes = _SHORTEST_PAUSE, self._successes
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _client(self) -> ServiceBusClient:
        return open_client(self._services.settings, self._source.connection)

    def _receiver(
        self, client: ServiceBusClient, *, prefetch: int, session_wait: float | None = None
    ) -> ServiceBusReceiver:
        read_seconds = _GATHERING if self._source.many else None
        return self._source.receiver(client, prefetch=prefetch, session_wait=session_wait, read_seconds=read_seconds)

    def _explained(self, error: Exception) -> str:
        return (
            f"Microsoft.Azure.WebJobs.ServiceBus: The messaging entity '{self._source.path}' can't be received from "
            f"(connection '{self._source.connection}'): {str(error) or type(error).__name__}"
        )

    def _listening(self) -> None:
        self._successes += 1
        self._services.report(self._function.name, None)

    async def _receive(self, client: ServiceBusClient) -> None:
        """The lane that is always there."""
        async with self._receiver(client, prefetch=self._prefetch) as receiver:
            self._listening()
            while True:
                await self._take(receiver)

    async def _receive_besides(self) -> None:
        """A further lane: ends when nothing has come for long, and on errors, which the first lane will meet too."""
        try:
            async with AsyncExitStack() as opened:
                try:
                    client = await opened.enter_async_context(self._client())
                    receiver = await opened.enter_async_context(self._receiver(client, prefetch=0))
                finally:
                    self._waiting -= 1  # as `_open_lane` counted it
                while await self._take(receiver):
                    pass
        except Exception as error:  # whatever it is, the first lane goes on
            self._services.log(self._explained(error))

    async def _take(self, receiver: ServiceBusReceiver) -> bool:
        """Receives and handles one message or batch; answers whether there was any."""
        self._waiting += 1
        try:
            messages = await receiver.receive_messages(max_message_count=1, max_wait_time=_POLL)
        finally:
            self._waiting -= 1
        if not messages:
            return False
        if self._waiting == 0 and len(self._extra) + 1 < self._most:
            self._open_lane()
        await self._handle(receiver, messages)
        return True

    def _open_lane(self) -> None:
        self._waiting += 1  # from now on, so that only one is opened at a time
        task = asyncio.create_task(self._receive_besides(), name=f"Service Bus {self._function.name}")
        self._extra.add(task)
        task.add_done_callback(self._extra.discard)

    async def _handle(self, receiver: ServiceBusReceiver, messages: list[ServiceBusReceivedMessage]) -> None:
        if self._source.many:
            wanted = self._options.max_message_batch_size - 1
            if wanted > 0:
                messages = messages + await receiver.receive_messages(wanted, _GATHERING)
            await _finished(self._work.many(receiver, messages))
        else:
            await _finished(self._work.one(receiver, messages[0]))

    async def _receive_session(self, client: ServiceBusClient) -> None:
        """Takes the next available session and empties it, one message after the other."""
        receiver = self._receiver(client, prefetch=0, session_wait=_SESSION_WAIT)
        waiting = asyncio.get_running_loop().call_later(_REFUSED_WITHIN, self._listening)
        try:
            async with receiver:
                self._listening()
                await self._empty(receiver)
        except OperationTimeoutError:  # no session had messages
            self._listening()
        except SessionLockLostError as error:
            self._services.log(f"A session of {self._source.path} was lost: {error} What was not settled comes again.")
        finally:
            waiting.cancel()

    async def _empty(self, receiver: ServiceBusReceiver) -> None:
        renewal = self._options.lock_renewal.total_seconds()
        idle = self._options.session_idle_timeout.total_seconds()
        async with AutoLockRenewer(max_lock_renewal_duration=renewal) as renewer:
            renewer.register(receiver, receiver.session, max_lock_renewal_duration=renewal)
            while messages := await receiver.receive_messages(max_message_count=1, max_wait_time=idle):
                await self._handle(receiver, messages)


async def _finished(work: Coroutine[Any, Any, None]) -> None:
    """Does the work to its end, also when the listener is stopped meanwhile, unless it takes too long then."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=LONGEST_DRAIN)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
