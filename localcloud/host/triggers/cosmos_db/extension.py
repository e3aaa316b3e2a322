"""The Cosmos DB extension of the host."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

from localcloud.host.extension import HostServices
from localcloud.host.model import NULL, Datum, FunctionError, FunctionMetadata, Invocation
from localcloud.host.settings import is_true
from localcloud.host.triggers.binding_expressions import values_of
from localcloud.host.triggers.cosmos_db.connection import Connections, check_connection
from localcloud.host.triggers.cosmos_db.options import BindingReader, TriggerOptions
from localcloud.host.triggers.cosmos_db.owner import OwnerNames

if TYPE_CHECKING:
    from localcloud.host.triggers.cosmos_db.listener import Listener

TRIGGER, BINDING = "cosmosdbtrigger", "cosmosdb"
TAKE_OVER = "LOCALCLOUD_COSMOS_TAKE_OVER"
"""A setting: "true" takes all leases at the start, also those of a host that has died a moment ago."""


class CosmosDbExtension:
    """Serves `cosmosDBTrigger` and `cosmosDB` bindings: one listener a function, one client a connection."""

    binding_types = frozenset({TRIGGER, BINDING})

    def __init__(self) -> None:
        self._services: HostServices | None = None
        self._connections: Connections | None = None
        self._owners: OwnerNames | None = None
        self._listeners: list[asyncio.Task[None]] = []

    def validate(self, function: FunctionMetadata, settings: Mapping[str, str]) -> None:
        """Refuses bindings without database or container, bad values, and connections that no setting defines."""
        for binding in function.bindings:
            if _kind(binding) not in self.binding_types:
                continue
            read = BindingReader(function, binding, settings)
            connections = {read.place().connection}
            if _kind(binding) == TRIGGER:
                connections.add(TriggerOptions.of(function, settings).leases.connection)
            for connection in connections:
                try:
                    check_connection(settings, connection)
                except FunctionError as error:
                    raise read.error(str(error)) from error

    async def start(self, services: HostServices) -> None:
        """Starts every listener."""
        self._services, self._connections = services, Connections(services.settings)
        functions = [one for one in services.functions.values() if _kind(one.trigger) == TRIGGER]
        if not functions:
            return
        self._owners = OwnerNames(services.data_dir / "cosmos_leases")
        self._owners.open()
        take_over = is_true(services.settings.get(TAKE_OVER))
        for function in functions:
            listener = self._listener(function, services, self._connections, self._owners.of(function.name))
            run = listener.run(take_over=take_over)
            self._listeners.append(asyncio.create_task(run, name=f"Cosmos DB {function.name}"))

    async def stop(self) -> None:
        """Lets running batches end, gives the leases back, closes the connections."""
        listeners, self._listeners = self._listeners, []
        for task in listeners:
            task.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
        if self._connections is not None:
            await self._connections.close()
        if self._owners is not None:
            self._owners.close()

    async def input(self, binding: Mapping[str, Any], function: FunctionMetadata, call: Invocation) -> Datum:
        """The documents of an input binding. Raises what the service or an unbound expression raises."""
        # imported here and below: a host without Cosmos DB bindings starts faster without the SDK
        from localcloud.host.triggers.cosmos_db.bindings import read_input  # noqa: PLC0415 - see above

        if self._services is None or self._connections is None:
            return NULL
        read = BindingReader(function, binding, self._services.settings)
        return await read_input(read, self._connections, values_of(call, self._services.clock.now()))

    async def output(
        self, binding: Mapping[str, Any], function: FunctionMetadata, value: Datum, call: Invocation
    ) -> None:
        """Upserts what a function returned."""
        from localcloud.host.triggers.cosmos_db.bindings import write_output  # noqa: PLC0415 - see above

        if self._services is not None and self._connections is not None:
            read = BindingReader(function, binding, self._services.settings)
            await write_output(read, self._connections, value)

    def webhooks(self) -> Mapping[str, Callable[[web.Request], Awaitable[web.StreamResponse]]]:
        """None."""
        return {}

    @staticmethod
    def _listener(
        function: FunctionMetadata, services: HostServices, connections: Connections, owner: str
    ) -> "Listener":
        from localcloud.host.triggers.cosmos_db.listener import Listener  # noqa: PLC0415 - see above

        options = TriggerOptions.of(function, services.settings)
        return Listener(function, options, services, connections, owner)


def _kind(binding: Mapping[str, Any]) -> str:
    return str(binding["type"]).lower()
