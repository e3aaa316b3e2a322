"""The one place that builds Azure clients: lazily, asynchronous, once per event loop (the worker process has one).

Connection strings and identities alike, after the Functions convention: a connection `X` is the setting `X`, or
`X__accountEndpoint` together with DefaultAzureCredential.
"""

import logging

from azure.core.credentials_async import AsyncTokenCredential
from azure.cosmos.aio import ContainerProxy, CosmosClient
from azure.identity.aio import DefaultAzureCredential
from azure.keyvault.secrets.aio import SecretClient
from azure.servicebus.aio import ServiceBusClient
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueServiceClient

from shared.events.publishing import EventPublisher
from shared.messaging.entities import TOPIC
from shared.per_loop import PerLoop
from shared.settings import Settings, SettingsError


class AzureClients:
    """Clients of every Azure service the app talks to; building one opens no connection."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        # The SDKs log every request with its headers at INFO: too much for the host's log, and none of its business.
        logging.getLogger("azure").setLevel(logging.WARNING)
        self._credential: AsyncTokenCredential | None = None
        self._cosmos: CosmosClient | None = None
        self._secrets: SecretClient | None = None
        self._service_bus: ServiceBusClient | None = None
        self._publisher: EventPublisher | None = None
        self._blobs: BlobServiceClient | None = None
        self._queues: QueueServiceClient | None = None

    def container(self, name: str) -> ContainerProxy:
        """A container of the shop's database."""
        if self._cosmos is None:
            self._cosmos = self._build_cosmos()
        return self._cosmos.get_database_client(self.settings.cosmos_database).get_container_client(name)

    def secrets(self) -> SecretClient:
        """The Key Vault's secrets."""
        if self._secrets is None:
            self._secrets = SecretClient(self.settings.key_vault_url, self._identity())
        return self._secrets

    def service_bus(self) -> ServiceBusClient:
        """The Service Bus namespace. Raises SettingsError when no setting names one."""
        if self._service_bus is None:
            self._service_bus = self._build_service_bus()
        return self._service_bus

    def publisher(self) -> EventPublisher:
        """Sends events to the topic, over one connection. Raises SettingsError as `service_bus` does."""
        if self._publisher is None:
            self._publisher = EventPublisher(self.service_bus().get_topic_sender(TOPIC))
        return self._publisher

    def blobs(self) -> BlobServiceClient:
        """The storage account of uploads and images. Raises SettingsError when no setting names one."""
        if self._blobs is None:
            chosen = self.settings
            if chosen.uploads_connection:
                self._blobs = BlobServiceClient.from_connection_string(chosen.uploads_connection)
            else:
                endpoint = _named(chosen.uploads_blob_endpoint, "Uploads", "blobServiceUri")
                self._blobs = BlobServiceClient(endpoint, self._identity())
        return self._blobs

    def queues(self) -> QueueServiceClient:
        """The queues of the same account. Raises SettingsError when no setting names them."""
        if self._queues is None:
            chosen = self.settings
            if chosen.uploads_connection:
                self._queues = QueueServiceClient.from_connection_string(chosen.uploads_connection)
            else:
                endpoint = _named(chosen.uploads_queue_endpoint, "Uploads", "queueServiceUri")
                self._queues = QueueServiceClient(endpoint, self._identity())
        return self._queues

    async def close(self) -> None:
        """Closes every connection; a client asked for afterwards is a new one."""
        used = (self._cosmos, self._secrets, self._service_bus, self._blobs, self._queues, self._credential)
        for client in used:
            if client is not None:
                await client.close()
        self._cosmos = self._secrets = self._service_bus = self._credential = self._publisher = None
        self._blobs = self._queues = None

    def _build_service_bus(self) -> ServiceBusClient:
        chosen = self.settings
        if chosen.service_bus_connection:
            return ServiceBusClient.from_connection_string(
                chosen.service_bus_connection, connection_verify=chosen.ca_file
            )
        namespace = _named(chosen.service_bus_namespace, "ServiceBus", "fullyQualifiedNamespace")
        return ServiceBusClient(namespace, self._identity(), connection_verify=chosen.ca_file)

    def _build_cosmos(self) -> CosmosClient:
        if self.settings.cosmos_connection:
            return CosmosClient.from_connection_string(self.settings.cosmos_connection)
        return CosmosClient(str(self.settings.cosmos_endpoint), self._identity())

    def _identity(self) -> AsyncTokenCredential:
        if self._credential is None:
            self._credential = DefaultAzureCredential()
        return self._credential


def _named(found: str | None, connection: str, suffix: str) -> str:
    if not found:
        raise SettingsError(
            f"Setting {connection}: neither it nor {connection}__{suffix} is set. Set one in the app's settings "
            f"(locally: `Values` in local.settings.json): a connection string, or the service's address."
        )
    return found


clients = PerLoop(lambda: AzureClients(Settings.load()))
"""The running event loop's clients. The first call reads the settings; raises SettingsError when they are wrong."""


def settings() -> Settings:
    """The settings the running event loop's clients were built from."""
    return clients().settings


def container(name: str) -> ContainerProxy:
    """A container of the shop's database, through the running event loop's client."""
    return clients().container(name)


async def close_clients() -> None:
    """Closes the running event loop's clients, if there are any."""
    found = clients.forget()
    if found is not None:
        await found.close()
