"""One function's listener: receives for ever, and again after every loss of the connection."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from azure.core.exceptions import AzureError
from azure.servicebus.aio import AutoLockRenewer, ServiceBusClient, ServiceBusReceiver
from azure.servicebus.exceptions import OperationTimeoutError, ServiceBusError

from localcloud.host.extension import HostServices
from localcloud.host.model import FunctionError, FunctionMetadata
from localcloud.host.triggers.service_bus.connection import open_client
from localcloud.host.triggers.service_bus.options import ServiceBusOptions
from localcloud.host.triggers.service_bus.source import Source
from localcloud.host.triggers.service_bus.work import MessageWork

_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.25, 15.0
_SESSION_WAIT = 60.0
_POLL = 60.0


class Listener:
    """Runs until it is cancelled. What keeps it from listening is reported, and it tries again with growing pauses."""

    def __init__(
        self, function: FunctionMetadata, source: Source, services: HostServices, options: ServiceBusOptions
    ) -> None:
        self._function, self._source = function, source
        self._services, self._options = services, options
        self._work = MessageWork(function, source, services, options)
        self._running: set[asyncio.Task[None]] = set()
        self._pause = _SHORTEST_PAUSE

    async def run(self) -> None:
        """Listens; sessions are received side by side, everything else over one link."""
        if not self._source.sessions:
            await self._for_ever(self._receive)
            return
        count = self._options.max_concurrent_sessions
        await asyncio.gather(*(self._for_ever(self._receive_session) for _ in range(count)))

    async def _for_ever(self, receive: Callable[[ServiceBusClient], Awaitable[None]]) -> None:
        while True:
            try:
                async with open_client(self._services.settings, self._source.connection) as client:
                    while True:
                        await receive(client)
            except (ServiceBusError, AzureError, FunctionError, OSError, ValueError) as error:
                self._services.report(self._function.name, self._explained(error))
                await asyncio.sleep(self._pause)
                self._pause = min(2 * self._pause, _LONGEST_PAUSE)

    def _explained(self, error: Exception) -> str:
        return (
            f"Microsoft.Azure.WebJobs.ServiceBus: The messaging entity '{self._source.path}' can't be received from "
            f"(connection '{self._source.connection}'): {error}"
        )

    def _listening(self) -> None:
        self._pause = _SHORTEST_PAUSE
        self._services.report(self._function.name, None)

    async def _receive(self, client: ServiceBusClient) -> None:
        limit = 1 if self._source.many else self._options.max_concurrent_calls
        async with self._source.receiver(client, prefetch=self._options.prefetch_count) as receiver:
            self._listening()
            try:
                while True:
                    await self._take(receiver, limit)
            finally:
                await asyncio.gather(*self._running, return_exceptions=True)

    async def _take(self, receiver: ServiceBusReceiver, limit: int) -> None:
        """Waits for a free place, receives what fits, starts the calls."""
        while len(self._running) >= limit:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        wanted = self._options.max_message_batch_size if self._source.many else limit - len(self._running)
        messages = await receiver.receive_messages(max_message_count=wanted, max_wait_time=_POLL)
        if self._source.many:
            if messages:
                self._start(self._work.many(receiver, messages))
            return
        for message in messages:
            self._start(self._work.one(receiver, message))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._services.log(f"A message of {self._source.path} could not be handled: {error!r}.")

    async def _receive_session(self, client: ServiceBusClient) -> None:
        """Takes the next available session and empties it, one message after the other."""
        receiver = self._source.receiver(client, prefetch=0, session_wait=_SESSION_WAIT)
        try:
            async with receiver:
                self._listening()
                await self._empty(receiver)
        except OperationTimeoutError:  # no session had messages
            self._listening()

    async def _empty(self, receiver: ServiceBusReceiver) -> None:
        renewal = self._options.lock_renewal.total_seconds()
        idle = self._options.session_idle_timeout.total_seconds()
        async with AutoLockRenewer(max_lock_renewal_duration=renewal) as renewer:
            renewer.register(receiver, receiver.session, max_lock_renewal_duration=renewal)
            batch = self._options.max_message_batch_size if self._source.many else 1
            while messages := await receiver.receive_messages(max_message_count=batch, max_wait_time=idle):
                if self._source.many:
                    await self._work.many(receiver, messages)
                else:
                    await self._work.one(receiver, messages[0])
