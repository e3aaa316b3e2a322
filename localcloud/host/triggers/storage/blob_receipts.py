"""Which versions of which blobs a function has been given: empty blobs in the host's own container, as on Azure."""

from hashlib import sha256

from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob.aio import BlobClient, BlobLeaseClient, ContainerClient

from localcloud.host.triggers.storage.blob_payload import quoted

CONTAINER = "azure-webjobs-hosts"
_LEASE_SECONDS = 15
_COMPLETED = "Completed"
_CONFLICT = 409
_LONGEST_NAME = 1024


class Receipt:
    """The receipt of one version of a blob: whoever holds its lease may hand the blob to the function."""

    def __init__(self, blob: BlobClient) -> None:
        self._blob = blob
        self._lease: BlobLeaseClient | None = None

    async def claim(self) -> bool | None:
        """True: it is ours to hand over. False: that has been done. None: another host is at it. Raises AzureError."""
        try:
            await self._blob.upload_blob(b"", overwrite=False)
        except ResourceExistsError:
            if await self._completed():
                return False
        try:
            self._lease = await self._blob.acquire_lease(_LEASE_SECONDS)
        except HttpResponseError as error:
            if error.status_code == _CONFLICT:
                return None
            raise
        if await self._completed():  # by another host, between the two
            await self._lease.release()
            return False
        return True

    async def complete(self) -> None:
        """Notes that the blob has been handed over. The lease may run out by itself: nobody needs it any more."""
        await self._blob.set_blob_metadata({_COMPLETED: "True"}, lease=self._lease)

    async def _completed(self) -> bool:
        return _COMPLETED in ((await self._blob.get_blob_properties()).metadata or {})


class Receipts:
    """The receipts of one function."""

    def __init__(self, container: ContainerClient, host_id: str, function_id: str) -> None:
        self._container = container
        self._folder = f"blobreceipts/{host_id}/{function_id}"

    async def open(self) -> None:
        """Makes the host's container when it is missing."""
        try:
            await self._container.get_container_properties()
        except ResourceNotFoundError:
            try:
                await self._container.create_container()
            except ResourceExistsError:
                return

    def of(self, container: str, blob: str, etag: str) -> Receipt:
        """The receipt of one version of a blob, by a digest when the blob's own name leaves no room for more."""
        name = f"{self._folder}/{quoted(etag)}/{container}/{blob}"
        if len(name) > _LONGEST_NAME:
            name = f"{self._folder}/{quoted(etag)}/{container}/sha256/{sha256(blob.encode()).hexdigest()}"
        return Receipt(self._container.get_blob_client(name))
