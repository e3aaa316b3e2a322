"""The storage queue trigger: one function's queue."""

from collections.abc import Callable
from datetime import UTC
from functools import partial

from azure.storage.queue import QueueMessage

from localcloud.host.extension import HostServices
from localcloud.host.model import FunctionMetadata, Invocation
from localcloud.host.triggers.storage.connection import Connections, connection_of
from localcloud.host.triggers.storage.in_flight import InFlight
from localcloud.host.triggers.storage.listening import Health, keep_listening
from localcloud.host.triggers.storage.options import QueueOptions
from localcloud.host.triggers.storage.queue_payload import body_of, payload
from localcloud.host.triggers.storage.queue_reader import QueueReader, Work

POISON = "-poison"
_LONGEST_NAME = 63


class QueueListener:
    """Listens for one function until it is cancelled."""

    def __init__(
        self,
        function: FunctionMetadata,
        queue: str,
        services: HostServices,
        options: QueueOptions,
        connections: Connections,
    ) -> None:
        self._function, self._queue, self._services, self._options = function, queue, services, options
        self._connections, self._connection = connections, connection_of(function.trigger)
        self._woken = connections.wakeups.of(self._connection, queue)
        file = services.data_dir / "queue_messages" / f"{function.name.lower()}.json"
        self._in_flight = InFlight(file, services.log)

    async def run(self) -> None:
        """Takes messages for ever. What keeps it from that is reported, and it tries again."""
        note = partial(Health(self._services, self._function.name).note, "queue")
        await keep_listening(self._attempt, note, f"queue '{self._queue}' (connection '{self._connection}')")

    async def _attempt(self, well: Callable[[], None]) -> None:
        service = self._connections.queues(self._connection)
        poison = f"{self._queue}{POISON}"[:_LONGEST_NAME]
        work = Work(
            queue=service.get_queue_client(self._queue),
            poison=service.get_queue_client(poison),
            handle=self._handle,
            options=self._options,
            in_flight=self._in_flight,
            woken=self._woken,
            log=self._services.log,
        )
        await QueueReader(work).run(well)

    async def _handle(self, message: QueueMessage) -> bool:
        body = body_of(message.content or "", base64_text=self._options.base64)
        trigger = self._function.trigger
        binary = str(trigger.get("dataType", "")).lower() == "binary"
        datum, metadata = payload(message, body, binary=binary)
        invocation = Invocation(
            self._function.name,
            {trigger["name"]: datum},
            metadata,
            reason=f"New queue message detected on '{self._queue}'.",
            details=details_of(message),
        )
        result = await self._services.invoker.invoke(invocation)
        return result.failure is None


def details_of(message: QueueMessage) -> str:
    """The log's trigger details of a message."""
    inserted = message.inserted_on
    told = f"{inserted.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000+00:00}" if inserted else "(null)"
    return f"MessageId: {message.id}, DequeueCount: {message.dequeue_count}, InsertedOn: {told}"
