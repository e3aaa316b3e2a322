"""Listens for all blob triggers of a host: a scanner for each function, one reader of the host's queue of blobs."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from localcloud.host.extension import HostServices
from localcloud.host.triggers.storage.blob_receipts import CONTAINER, Receipts
from localcloud.host.triggers.storage.blob_scanner import Scanner
from localcloud.host.triggers.storage.blob_work import BlobFunction, BlobMessage, BlobWork
from localcloud.host.triggers.storage.connection import HOST_STORAGE, Connections, connection_of
from localcloud.host.triggers.storage.in_flight import InFlight
from localcloud.host.triggers.storage.listening import Health, keep_listening
from localcloud.host.triggers.storage.options import QueueOptions
from localcloud.host.triggers.storage.queue_reader import QueueReader, Work

_LONGEST_NAME = 63
POISON_QUEUE = "webjobs-blobtrigger-poison"


class BlobListener:
    """Runs until it is cancelled."""

    def __init__(
        self,
        functions: Sequence[BlobFunction],
        services: HostServices,
        options: QueueOptions,
        connections: Connections,
    ) -> None:
        self._functions, self._services, self._options = functions, services, options
        self._connections = connections
        self._queue = f"azure-webjobs-blobtrigger-{services.host_id.lower()}"[:_LONGEST_NAME].rstrip("-")
        self._woken = connections.wakeups.of(HOST_STORAGE, self._queue)
        self._health = {one.id: Health(services, one.metadata.name) for one in functions}
        self._work = BlobWork({one.id: one for one in functions}, services, connections)
        self._in_flight = InFlight(services.data_dir / "queue_messages" / "host.blobs.json", services.log)

    async def run(self) -> None:
        """Listens for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keep_listening(self._read, self._note_queue, f"queue '{self._queue}'"))
            for function in self._functions:
                tasks.create_task(self._scan_for(function))

    async def _scan_for(self, function: BlobFunction) -> None:
        connection = connection_of(function.metadata.trigger)
        source = f"blob container '{function.pattern.container}' (connection '{connection}')"
        note = partial(self._health[function.id].note, "container")
        await keep_listening(partial(self._scan, function), note, source)

    def _note_queue(self, error: str | None) -> None:
        for health in self._health.values():
            health.note("queue", error)

    async def _scan(self, function: BlobFunction, well: Callable[[], None]) -> None:
        own = self._connections.blobs(HOST_STORAGE).get_container_client(CONTAINER)
        service = self._connections.blobs(connection_of(function.metadata.trigger))
        scanner = Scanner(
            service.get_container_client(function.pattern.container),
            function.pattern,
            Receipts(own, self._services.host_id, function.id),
            partial(self._enqueue, function),
            self._services.log,
        )
        await scanner.run(well)

    async def _enqueue(self, function: BlobFunction, blob: str, etag: str) -> None:
        queue = self._connections.queues(HOST_STORAGE).get_queue_client(self._queue)
        await BlobMessage(function.id, function.pattern.container, blob, etag).send(queue)
        self._woken.set()

    async def _read(self, well: Callable[[], None]) -> None:
        service = self._connections.queues(HOST_STORAGE)
        queue = service.get_queue_client(self._queue)
        if not [one async for one in service.list_queues(self._queue) if one.name == self._queue]:
            await queue.create_queue()
        work = Work(
            queue=queue,
            poison=service.get_queue_client(POISON_QUEUE),
            handle=self._work.handle,
            options=self._options,
            in_flight=self._in_flight,
            woken=self._woken,
            log=self._services.log,
        )
        await QueueReader(work).run(well)
