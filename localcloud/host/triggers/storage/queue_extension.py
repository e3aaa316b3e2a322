"""The storage queue extension of the host."""

import asyncio
from collections.abc import Mapping
from typing import Any

from localcloud.host.extension import HostExtension, HostServices
from localcloud.host.model import Datum, FunctionError, FunctionMetadata, Invocation
from localcloud.host.settings import MissingSettingError, resolve
from localcloud.host.triggers.binding_expressions import values_of
from localcloud.host.triggers.storage.connection import Connections, check_connection, connection_of
from localcloud.host.triggers.storage.options import QueueOptions

TRIGGER, OUTPUT = "queuetrigger", "queue"
DEVELOPMENT = "Development"


class QueueExtension(HostExtension):
    """Serves `queueTrigger` and `queue` bindings: one listener a function, one client a connection."""

    binding_types = frozenset({TRIGGER, OUTPUT})

    def __init__(self) -> None:
        self._services: HostServices | None = None
        self._connections: Connections | None = None
        self._options = QueueOptions()
        self._listeners: list[asyncio.Task[None]] = []

    def validate(self, function: FunctionMetadata, settings: Mapping[str, str]) -> None:
        """Refuses bindings without a queue and connections that no setting defines."""
        for binding in function.bindings:
            if str(binding["type"]).lower() in self.binding_types:
                _queue_of(function, binding, settings)
                check_connection(settings, connection_of(binding))

    async def start(self, services: HostServices) -> None:
        """Starts every listener."""
        self._options = queue_options(services)
        self._services, self._connections = services, Connections(services.settings)
        functions = [one for one in services.functions.values() if str(one.trigger["type"]).lower() == TRIGGER]
        if not functions:
            return
        # imported here and below: a host without queues starts faster without the SDK
        from localcloud.host.triggers.storage.queue_trigger import QueueListener  # noqa: PLC0415 - see above

        for function in functions:
            queue = _queue_of(function, function.trigger, services.settings)
            listener = QueueListener(function, queue, services, self._options, self._connections)
            self._listeners.append(asyncio.create_task(listener.run(), name=f"queue {function.name}"))

    async def stop(self) -> None:
        """Stops every listener; what a function has not finished is delivered again."""
        listeners, self._listeners = self._listeners, []
        for task in listeners:
            task.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
        if self._connections is not None:
            await self._connections.close()

    async def output(
        self, binding: Mapping[str, Any], function: FunctionMetadata, value: Datum, call: Invocation
    ) -> None:
        """Sends what the function returned, and wakes the listener of that queue."""
        from localcloud.host.triggers.storage.queue_output import send  # noqa: PLC0415 - see above

        services, connections = self._services, self._connections
        if services is None or connections is None or value.type is None:
            return
        values = values_of(call, services.clock.now())
        base64_text = self._options.base64
        queue = await send(binding, value, values, connections, services.settings, base64_text=base64_text)
        connections.wakeups.of(connection_of(binding), queue).set()


def queue_options(services: HostServices) -> QueueOptions:
    """host.json's options; as on the real host, an empty queue is looked at more often in development."""
    development = services.settings.get("AZURE_FUNCTIONS_ENVIRONMENT") == DEVELOPMENT
    return QueueOptions.from_host_json(services.host_json, development=development)


def _queue_of(function: FunctionMetadata, binding: Mapping[str, Any], settings: Mapping[str, str]) -> str:
    """The queue's name, in lower case as the real host makes it. Raises FunctionError."""
    start = f"Microsoft.Azure.WebJobs.Host: Error indexing method 'Functions.{function.name}'."
    try:
        name = resolve(str(binding.get("queueName") or ""), settings).lower()
    except MissingSettingError as error:
        raise FunctionError(f"{start} Microsoft.Azure.WebJobs.Host: {error}") from error
    if not name:
        raise FunctionError(f"{start} The binding '{binding.get('name')}' names no queue.")
    return name
