"""Creates the containers and queues of the resources file that are missing in a storage account."""

import asyncio

from azure.core.exceptions import AzureError, ResourceExistsError
from azure.storage.blob import PublicAccess
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueServiceClient

from localcloud.resources import BlobContainer, StorageResources
from localcloud.supervisor.provision import ProvisioningError

_ATTEMPTS = 3


async def provision_storage(connection: str, wanted: StorageResources) -> None:
    """Creates what is missing behind a connection string; what exists keeps its content, and gets the access level.

    Raises ProvisioningError.
    """
    if not wanted.containers and not wanted.queues:
        return
    try:
        async with (
            BlobServiceClient.from_connection_string(connection, retry_total=_ATTEMPTS, initial_backoff=1) as blobs,
            QueueServiceClient.from_connection_string(connection, retry_total=_ATTEMPTS, initial_backoff=1) as queues,
        ):
            await asyncio.gather(
                *(_container(blobs, container) for container in wanted.containers),
                *(_queue(queues, queue.name) for queue in wanted.queues),
            )
    except (AzureError, ValueError) as error:
        raise ProvisioningError(f"The storage resources could not be created: {error}") from error


async def _container(service: BlobServiceClient, wanted: BlobContainer) -> None:
    access = None if wanted.public_access == "none" else PublicAccess(wanted.public_access)
    container = service.get_container_client(wanted.name)
    try:
        await container.create_container(public_access=access)
    except ResourceExistsError:
        await container.set_container_access_policy({}, public_access=access)


async def _queue(service: QueueServiceClient, name: str) -> None:
    try:
        await service.create_queue(name)
    except ResourceExistsError:
        return
