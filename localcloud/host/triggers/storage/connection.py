"""The connections of storage bindings: a connection string, or URLs in `X__blobServiceUri`, `X__queueServiceUri`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from localcloud.host.model import FunctionError
from localcloud.host.triggers.connection_settings import connection_string, identity, member, prefixed
from localcloud.host.triggers.storage.wakeups import Wakeups

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.storage.blob.aio import BlobServiceClient
    from azure.storage.queue.aio import QueueServiceClient

HOST_STORAGE = "AzureWebJobsStorage"
"""The connection of a binding that names none, and of what the host keeps for itself."""
_RETRY = {"initial_backoff": 1, "increment_base": 2, "retry_total": 2, "random_jitter_range": 0}
"""Seconds. The SDKs' own pauses begin at 15 s, for which a function would have to wait."""


def connection_of(binding: Mapping[str, Any]) -> str:
    """The name of a binding's connection."""
    return str(binding.get("connection") or HOST_STORAGE)


def check_connection(settings: Mapping[str, str], name: str) -> None:
    """Raises FunctionError, in the host's words, when no setting defines the connection."""
    if connection_string(settings, name) is None and all(
        _endpoint(settings, name, kind) is None for kind in ("blob", "queue")
    ):
        raise FunctionError(
            f"Storage account connection string '{prefixed(name)}' does not exist. Make sure that it is a defined App "
            f"Setting ('{name}' with a connection string, or '{name}__blobServiceUri' and '{name}__queueServiceUri' "
            "for an identity)."
        )


class Connections:
    """A host's storage clients, one per connection and service, made when they are first needed."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self.wakeups = Wakeups()
        self._settings = settings
        self._blobs: dict[str, BlobServiceClient] = {}
        self._queues: dict[str, QueueServiceClient] = {}
        self._credentials: list[AsyncTokenCredential] = []

    def blobs(self, name: str) -> "BlobServiceClient":
        """The blob service of a connection. Raises FunctionError when it isn't defined or can't be."""
        # imported here and below: a host without storage bindings starts faster
        from azure.storage.blob.aio import BlobServiceClient  # noqa: PLC0415 - see above

        if name not in self._blobs:
            self._blobs[name] = self._open(BlobServiceClient, name, "blob")
        return self._blobs[name]

    def queues(self, name: str) -> "QueueServiceClient":
        """The queue service of a connection. Raises FunctionError when it isn't defined or can't be."""
        from azure.storage.queue.aio import QueueServiceClient  # noqa: PLC0415 - see above

        if name not in self._queues:
            self._queues[name] = self._open(QueueServiceClient, name, "queue")
        return self._queues[name]

    async def close(self) -> None:
        """Closes every client. A client asked for afterwards is a new one."""
        clients: list[BlobServiceClient | QueueServiceClient] = [*self._blobs.values(), *self._queues.values()]
        credentials, self._credentials = self._credentials, []
        self._blobs, self._queues = {}, {}
        for client in clients:
            await client.close()
        for credential in credentials:
            await credential.close()

    def _open(self, service: Any, name: str, kind: str) -> Any:
        check_connection(self._settings, name)
        text, endpoint = connection_string(self._settings, name), _endpoint(self._settings, name, kind)
        if text is None and endpoint is None:
            raise FunctionError(f"The storage connection '{name}' has no setting '{name}__{kind}ServiceUri'.")
        try:
            if text is not None:
                return service.from_connection_string(text, **_RETRY)
            return service(endpoint, self._identity(name), **_RETRY)
        except (ValueError, TypeError) as error:
            raise FunctionError(f"The storage connection '{name}' can't be used: {error}") from error

    def _identity(self, name: str) -> "AsyncTokenCredential":
        credential = identity(self._settings, name)
        self._credentials.append(credential)
        return credential


def _endpoint(settings: Mapping[str, str], name: str, kind: str) -> str | None:
    account = member(settings, name, "accountName")
    named = None if account is None else f"https://{account}.{kind}.core.windows.net"
    return member(settings, name, f"{kind}ServiceUri", "serviceUri") or named
