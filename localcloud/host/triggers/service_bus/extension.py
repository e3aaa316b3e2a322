"""The Service Bus extension of the host."""

import asyncio
from collections.abc import Mapping
from typing import Any

from localcloud.host.extension import HostExtension, HostServices
from localcloud.host.model import Datum, FunctionMetadata, Invocation
from localcloud.host.triggers.service_bus.connection import DEFAULT_NAME, check_connection
from localcloud.host.triggers.service_bus.listener import Listener
from localcloud.host.triggers.service_bus.options import ServiceBusOptions
from localcloud.host.triggers.service_bus.output import messages_of
from localcloud.host.triggers.service_bus.senders import Senders
from localcloud.host.triggers.service_bus.source import source_of

TRIGGER, OUTPUT = "servicebustrigger", "servicebus"


class ServiceBusExtension(HostExtension):
    """Serves `serviceBusTrigger` and `serviceBus` bindings: one listener a function, one client a connection."""

    binding_types = frozenset({TRIGGER, OUTPUT})

    def __init__(self) -> None:
        self._listeners: list[asyncio.Task[None]] = []
        self._senders: Senders | None = None

    def validate(self, function: FunctionMetadata, settings: Mapping[str, str]) -> None:
        """Refuses a trigger without entity and a connection that no setting defines."""
        if _is(function.trigger, TRIGGER):
            source_of(function, settings)
        for binding in function.bindings:
            if _is(binding, TRIGGER) or _is(binding, OUTPUT):
                check_connection(settings, str(binding.get("connection") or DEFAULT_NAME))

    async def start(self, services: HostServices) -> None:
        """Starts every listener."""
        self._senders = Senders(services.settings)
        options = ServiceBusOptions.from_host_json(services.host_json)
        for function in services.functions.values():
            if _is(function.trigger, TRIGGER):
                listener = Listener(function, source_of(function, services.settings), services, options)
                self._listeners.append(asyncio.create_task(listener.run(), name=f"Service Bus {function.name}"))

    async def stop(self) -> None:
        """Stops every listener; what a function has not finished is delivered again."""
        listeners, self._listeners = self._listeners, []
        for task in listeners:
            task.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
        if self._senders is not None:
            await self._senders.close()
            self._senders = None

    async def output(
        self, binding: Mapping[str, Any], function: FunctionMetadata, value: Datum, call: Invocation
    ) -> None:
        """Sends what the function returned to the binding's queue or topic."""
        messages = messages_of(value, call.id)
        if messages and self._senders is not None:
            await self._senders.send(binding, messages)


def _is(binding: Mapping[str, Any], kind: str) -> bool:
    return str(binding["type"]).lower() == kind
