"""Works on the blobs in the host's queue: calls the function, unless the blob is gone or has changed meanwhile."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass

from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import BlobProperties
from azure.storage.blob.aio import BlobClient
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from localcloud.host.extension import HostServices
from localcloud.host.model import Datum, FunctionMetadata, Invocation
from localcloud.host.triggers.storage.blob_path import BlobPattern
from localcloud.host.triggers.storage.blob_payload import metadata_of, quoted
from localcloud.host.triggers.storage.connection import Connections, connection_of
from localcloud.host.triggers.storage.model_binding import is_deferred, model_binding_data
from localcloud.host.triggers.storage.queue_payload import body_of
from localcloud.host.triggers.storage.queue_trigger import details_of


@dataclass(frozen=True)
class BlobFunction:
    """A function with a blob trigger."""

    metadata: FunctionMetadata
    pattern: BlobPattern

    @property
    def id(self) -> str:
        """Its name in receipts and messages."""
        return f"Host.Functions.{self.metadata.name}"


@dataclass(frozen=True)
class BlobMessage:
    """A blob in the host's queue."""

    function_id: str
    container: str
    blob: str
    etag: str

    @classmethod
    def read(cls, content: str) -> "BlobMessage":
        """Raises ValueError for what no host has written."""
        try:
            value = json.loads(body_of(content, base64_text=True))
            return cls(*(str(value[key]) for key in ("FunctionId", "ContainerName", "BlobName", "ETag")))
        except (KeyError, TypeError) as error:
            raise ValueError(f"it is no blob message: {error}") from error

    async def send(self, queue: QueueClient) -> None:
        """Puts it into a queue, made if it is missing."""
        value = {
            "Type": "BlobTrigger",
            "FunctionId": self.function_id,
            "BlobType": "BlockBlob",
            "ContainerName": self.container,
            "BlobName": self.blob,
            "ETag": quoted(self.etag),
        }
        content = base64.b64encode(json.dumps(value).encode()).decode()
        try:
            await queue.send_message(content)
        except ResourceNotFoundError:
            await queue.create_queue()
            await queue.send_message(content)


class BlobWork:
    """Calls functions with blobs."""

    def __init__(self, functions: Mapping[str, BlobFunction], services: HostServices, connections: Connections) -> None:
        """`functions` by id."""
        self._functions, self._services, self._connections = functions, services, connections

    async def handle(self, message: QueueMessage) -> bool:
        """Whether the blob is done with. Raises ValueError for a message that isn't one."""
        wanted = BlobMessage.read(message.content or "")
        function = self._functions.get(wanted.function_id)
        if function is None:
            self._services.log(f"There is no function '{wanted.function_id}' for blob '{wanted.blob}'.")
            return False
        service = self._connections.blobs(connection_of(function.metadata.trigger))
        blob = service.get_blob_client(wanted.container, wanted.blob)
        try:
            properties = await blob.get_blob_properties()
            if quoted(properties.etag) != quoted(wanted.etag):
                return True  # the newer version has a message of its own
            datum = await self._content(function.metadata, blob, properties)
        except (ResourceNotFoundError, ResourceModifiedError):
            return True
        return await self._call(function, blob, properties, datum, message)

    @staticmethod
    async def _content(function: FunctionMetadata, blob: BlobClient, properties: BlobProperties) -> Datum:
        if is_deferred(function.trigger):
            return model_binding_data(function.trigger, blob.container_name, blob.blob_name)
        if not properties.size:
            return Datum("bytes", b"")
        download = await blob.download_blob(etag=properties.etag, match_condition=MatchConditions.IfNotModified)
        return Datum("bytes", await download.readall())

    async def _call(
        self,
        function: BlobFunction,
        blob: BlobClient,
        properties: BlobProperties,
        datum: Datum,
        message: QueueMessage,
    ) -> bool:
        path = f"{blob.container_name}/{blob.blob_name}"
        parts = function.pattern.match(blob.blob_name) or {}
        invocation = Invocation(
            function.metadata.name,
            {function.metadata.trigger["name"]: datum},
            metadata_of(properties, path, blob.url, parts),
            reason=f"New blob detected(LogsAndContainerScan): {path}",
            details=f"{details_of(message)}, BlobCreated: {properties.creation_time}, "
            f"BlobLastModified: {properties.last_modified}",
        )
        return (await self._services.invoker.invoke(invocation)).failure is None
