"""Containers and queues of the resources file."""

import aiohttp
import pytest
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueServiceClient

from localcloud.resources import BlobContainer, StorageQueue, StorageResources
from localcloud.supervisor.provision import ProvisioningError
from localcloud.supervisor.provision_storage import provision_storage
from tests.integration.host_storage.azurite import Azurite

WANTED = StorageResources(
    containers=(BlobContainer(name="prov-private"), BlobContainer(name="prov-public", publicAccess="blob")),
    queues=(StorageQueue(name="prov-queue"),),
)


async def test_what_is_missing_is_created_and_what_exists_keeps_its_content(
    azurite: Azurite, blobs: BlobServiceClient, queues: QueueServiceClient
) -> None:
    for _ in range(2):
        await provision_storage(azurite.connection_string, WANTED)
        for container in ("prov-private", "prov-public"):
            assert await blobs.get_container_client(container).exists()
        await blobs.get_blob_client("prov-public", "one.txt").upload_blob(b"kept", overwrite=True)
        await queues.get_queue_client("prov-queue").send_message("kept")
    assert (await queues.get_queue_client("prov-queue").get_queue_properties()).approximate_message_count == 2


async def test_a_public_container_shows_its_blobs_to_anyone_and_a_private_one_does_not(
    azurite: Azurite, blobs: BlobServiceClient
) -> None:
    await provision_storage(azurite.connection_string, WANTED)
    for container in ("prov-private", "prov-public"):
        await blobs.get_blob_client(container, "seen.txt").upload_blob(b"hello", overwrite=True)
    base = f"http://127.0.0.1:{azurite.ports.blob}/devstoreaccount1"
    async with aiohttp.ClientSession() as anyone:
        async with anyone.get(f"{base}/prov-public/seen.txt") as answer:
            assert (answer.status, await answer.read()) == (200, b"hello")
        async with anyone.get(f"{base}/prov-private/seen.txt") as refused:
            assert refused.status in (403, 404)


async def test_a_name_that_storage_refuses_is_said() -> None:
    with pytest.raises(ProvisioningError, match="could not be created"):
        await provision_storage("AccountName=x", WANTED)
