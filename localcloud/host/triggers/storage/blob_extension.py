"""The blob extension of the host."""

import asyncio
from collections.abc import Mapping
from typing import Any

from localcloud.host.extension import HostExtension, HostServices
from localcloud.host.model import NULL, Datum, FunctionMetadata, Invocation
from localcloud.host.settings import is_true
from localcloud.host.triggers.binding_expressions import values_of
from localcloud.host.triggers.storage.blob_path import BlobPattern, indexing_error, path_of
from localcloud.host.triggers.storage.connection import HOST_STORAGE, Connections, check_connection, connection_of
from localcloud.host.triggers.storage.options import BlobOptions
from localcloud.host.triggers.storage.queue_extension import queue_options

TRIGGER, BINDING = "blobtrigger", "blob"
_SYSTEM_KEY = "blobs_extension"


class BlobExtension(HostExtension):
    """Serves `blobTrigger` and `blob` bindings, all triggers by one listener."""

    binding_types = frozenset({TRIGGER, BINDING})

    def __init__(self) -> None:
        self._services: HostServices | None = None
        self._connections: Connections | None = None
        self._listener: asyncio.Task[None] | None = None

    def validate(self, function: FunctionMetadata, settings: Mapping[str, str]) -> None:
        """Refuses paths that can't be and connections that no setting defines."""
        for binding in function.bindings:
            kind = str(binding["type"]).lower()
            if kind not in self.binding_types:
                continue
            path = path_of(function, binding, settings)
            check_connection(settings, connection_of(binding))
            if kind == TRIGGER:
                _pattern(function, path)
                check_connection(settings, HOST_STORAGE)
            elif "/" not in path.strip("/"):
                raise indexing_error(function, f"Invalid blob path '{path}'. It must be like 'container/blob'.")

    async def start(self, services: HostServices) -> None:
        """Starts listening."""
        self._services, self._connections = services, Connections(services.settings)
        services.system_key(_SYSTEM_KEY)
        options = BlobOptions.from_host_json(services.host_json).as_queue_options(queue_options(services))
        functions = [one for one in services.functions.values() if str(one.trigger["type"]).lower() == TRIGGER]
        if not functions:
            return
        # imported here and below: a host without blobs starts faster without the SDK
        from localcloud.host.triggers.storage.blob_listener import BlobListener  # noqa: PLC0415 - see above
        from localcloud.host.triggers.storage.blob_work import BlobFunction  # noqa: PLC0415 - see above

        patterns = [_pattern(one, path_of(one, one.trigger, services.settings)) for one in functions]
        served = [BlobFunction(one, pattern) for one, pattern in zip(functions, patterns, strict=True)]
        listener = BlobListener(served, services, options, self._connections)
        self._listener = asyncio.create_task(listener.run(), name="blobs")

    async def stop(self) -> None:
        """Stops listening; what a function has not finished is delivered again."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
            self._listener = None
        if self._connections is not None:
            await self._connections.close()

    async def input(self, binding: Mapping[str, Any], function: FunctionMetadata, call: Invocation) -> Datum:
        """The content or place of an input's blob."""
        from localcloud.host.triggers.storage.blob_bindings import TEXT_INPUTS, read_input  # noqa: PLC0415 - see above

        services, connections = self._services, self._connections
        if services is None or connections is None:
            return NULL
        path, text = path_of(function, binding, services.settings), is_true(services.settings.get(TEXT_INPUTS))
        return await read_input(binding, path, values_of(call, services.clock.now()), connections, text=text)

    async def output(
        self, binding: Mapping[str, Any], function: FunctionMetadata, value: Datum, call: Invocation
    ) -> None:
        """Writes what the function returned."""
        from localcloud.host.triggers.storage.blob_bindings import write_output  # noqa: PLC0415 - see above

        services, connections = self._services, self._connections
        if services is not None and connections is not None:
            path, values = path_of(function, binding, services.settings), values_of(call, services.clock.now())
            await write_output(binding, path, values, connections, value)


def _pattern(function: FunctionMetadata, path: str) -> BlobPattern:
    try:
        return BlobPattern.of(path)
    except ValueError as error:
        raise indexing_error(function, str(error)) from error
