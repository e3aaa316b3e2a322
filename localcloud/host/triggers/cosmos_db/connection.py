"""The connections of Cosmos DB bindings: a connection string, or the URL in `X__accountEndpoint`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from localcloud.host.model import FunctionError
from localcloud.host.triggers.connection_settings import connection_string, identity, member

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.cosmos.aio import ContainerProxy, CosmosClient

DEFAULT_NAME = "CosmosDB"
"""The connection of a binding that names none."""


def connection_of(binding: Mapping[str, Any], key: str = "connection") -> str:
    """The name of a binding's connection."""
    return str(binding.get(key) or DEFAULT_NAME)


def check_connection(settings: Mapping[str, str], name: str) -> None:
    """Raises FunctionError, in the host's words, when no setting defines the connection."""
    if connection_string(settings, name) is None and _endpoint(settings, name) is None:
        raise FunctionError(
            f"Cosmos DB connection configuration '{name}' does not exist. Make sure that it is a defined App Setting "
            f"('{name}' with a connection string, or '{name}__accountEndpoint' for an identity)."
        )


class Connections:
    """A host's Cosmos DB clients, one per connection, made when they are first needed."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._settings = settings
        self._clients: dict[str, CosmosClient] = {}
        self._credentials: list[AsyncTokenCredential] = []

    def client(self, name: str) -> "CosmosClient":
        """The client of a connection. Raises FunctionError when it isn't defined or can't be."""
        if name not in self._clients:
            check_connection(self._settings, name)
            try:
                self._clients[name] = self._open(name)
            except (ValueError, TypeError) as error:
                raise FunctionError(
                    f"The Cosmos DB connection '{name}' can't be used; a connection string reads "
                    f"AccountEndpoint=…;AccountKey=…: {error}"
                ) from error
        return self._clients[name]

    def container(self, name: str, database: str, container: str) -> "ContainerProxy":
        """A container behind a connection; nothing is sent yet. Raises FunctionError."""
        return self.client(name).get_database_client(database).get_container_client(container)

    def host(self, name: str) -> str:
        """The host name (no port) of a connection's account, as part of lease ids."""
        return urlsplit(str(self.client(name).client_connection.url_connection)).hostname or ""

    async def close(self) -> None:
        """Closes every client. A client asked for afterwards is a new one."""
        clients, self._clients = self._clients, {}
        credentials, self._credentials = self._credentials, []
        for client in clients.values():
            await client.close()
        for credential in credentials:
            await credential.close()

    def _open(self, name: str) -> "CosmosClient":
        # imported here: a host without Cosmos DB bindings starts faster
        from azure.cosmos.aio import CosmosClient  # noqa: PLC0415 - see above

        text = connection_string(self._settings, name)
        if text is not None:
            return CosmosClient.from_connection_string(text)
        return CosmosClient(str(_endpoint(self._settings, name)), self._identity(name))

    def _identity(self, name: str) -> "AsyncTokenCredential":
        credential = identity(self._settings, name)
        self._credentials.append(credential)
        return credential


def _endpoint(settings: Mapping[str, str], name: str) -> str | None:
    return member(settings, name, "accountEndpoint")
