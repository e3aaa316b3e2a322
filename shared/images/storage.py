"""The blobs: uploads as they came, images as they are shown, and what was refused."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import ContentSettings, StandardBlobTier
from azure.storage.blob.aio import BlobClient, BlobServiceClient

from shared.images.limits import WIDTHS

UPLOADS = "uploads"
"""Container of blobs `{productId}/{imageId}`, as they were uploaded."""
IMAGES = "images"
"""Container of blobs `{productId}/{imageId}/{width}.webp`; readable by anyone at their URL."""
QUARANTINE = "quarantine"
"""Container of refused uploads under their names, each with its reason in `….json`."""

_FOREVER = "public, max-age=31536000, immutable"
_COPY_POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Upload:
    """An uploaded blob by its properties; nothing of its content has been read."""

    name: str
    """`{productId}/{imageId}`."""
    size: int
    """Bytes."""
    content_type: str | None
    etag: str
    modified: datetime
    archived: bool
    """Whether it lies in the archive tier: its content can neither be read nor copied."""

    @property
    def condition(self) -> dict[str, Any]:
        """Options of a call that is meant for this very upload, not for a later one of the same name."""
        return {"etag": self.etag, "match_condition": MatchConditions.IfNotModified}


class ImageStorage:
    """The three containers. Every write and every removal may be repeated."""

    def __init__(self, blobs: BlobServiceClient) -> None:
        self._blobs = blobs

    def url(self, product_id: str, image_id: str, width: int) -> str:
        """Where anyone finds a rendition."""
        return str(self._blobs.get_blob_client(IMAGES, _rendition(product_id, image_id, width)).url)

    async def upload(self, name: str) -> Upload | None:
        """An upload's properties, or None when there is none (any more)."""
        try:
            found = await self._blobs.get_blob_client(UPLOADS, name).get_blob_properties()
        except ResourceNotFoundError:
            return None
        return _upload(name, found)

    async def uploads(self, prefix: str = "") -> AsyncIterator[Upload]:
        """Every upload that lies there."""
        async for found in self._blobs.get_container_client(UPLOADS).list_blobs(name_starts_with=prefix):
            yield _upload(found.name, found)

    async def read(self, upload: Upload) -> bytes | None:
        """The content of this very upload; None when it is gone or another one."""
        blob = self._blobs.get_blob_client(UPLOADS, upload.name)
        try:
            download = await blob.download_blob(**upload.condition)
            return bytes(await download.readall())
        except (ResourceNotFoundError, ResourceModifiedError):
            return None

    async def remove_upload(self, upload: Upload) -> None:
        """Removes this very upload, if it is still there; snapshots, too, which its URL allows to take."""
        blob = self._blobs.get_blob_client(UPLOADS, upload.name)
        try:
            await blob.delete_blob(delete_snapshots="include", **upload.condition)
        except (ResourceNotFoundError, ResourceModifiedError):
            return

    async def write_renditions(self, product_id: str, image_id: str, renditions: Mapping[int, bytes]) -> None:
        """Stores WebP files by their width; the widest comes last."""
        settings = ContentSettings(content_type="image/webp", cache_control=_FOREVER)
        for width in sorted(renditions):
            blob = self._blobs.get_blob_client(IMAGES, _rendition(product_id, image_id, width))
            await blob.upload_blob(renditions[width], overwrite=True, content_settings=settings)

    async def remove_renditions(self, product_id: str, image_id: str, *, before: datetime | None = None) -> int:
        """Removes an image, whole or half written, or only what was written `before`. Returns how many blobs it was."""
        condition = {} if before is None else {"if_unmodified_since": before}
        names = [_rendition(product_id, image_id, width) for width in WIDTHS]
        return sum([await self._remove(name, condition) for name in names])

    async def remove_images_of(self, product_id: str) -> int:
        """Removes every image of a product. Returns how many blobs were there."""
        found = self._blobs.get_container_client(IMAGES).list_blobs(name_starts_with=f"{product_id}/")
        return sum([await self._remove(blob.name, {}) async for blob in found])

    async def quarantine(self, upload: Upload, reason: Mapping[str, Any]) -> None:
        """Copies an upload, however large, within the account, and writes the reason beside it."""
        if not upload.archived:
            await self._copy_to_quarantine(upload.name)
        text = json.dumps(reason, indent=2).encode()
        settings = ContentSettings(content_type="application/json")
        beside = self._blobs.get_blob_client(QUARANTINE, f"{upload.name}.json")
        await beside.upload_blob(text, overwrite=True, content_settings=settings)

    async def _copy_to_quarantine(self, name: str) -> None:
        target = self._blobs.get_blob_client(QUARANTINE, name)
        source = self._blobs.get_blob_client(UPLOADS, name)
        try:
            await target.start_copy_from_url(source.url)
            await _copied(target)
        except ResourceNotFoundError:  # removed by another run, which has copied it before
            pass

    async def _remove(self, name: str, condition: Mapping[str, Any]) -> bool:
        try:
            await self._blobs.get_blob_client(IMAGES, name).delete_blob(**condition)
        except (ResourceNotFoundError, ResourceModifiedError):
            return False
        return True


def _rendition(product_id: str, image_id: str, width: int) -> str:
    return f"{product_id}/{image_id}/{width}.webp"


def _upload(name: str, found: Any) -> Upload:
    return Upload(
        name,
        found.size,
        found.content_settings.content_type,
        found.etag,
        found.last_modified,
        archived=found.blob_tier == StandardBlobTier.ARCHIVE,
    )


async def _copied(target: BlobClient) -> None:
    """Waits for a copy to end. Raises OSError when it has failed."""
    while (status := (await target.get_blob_properties()).copy.status) == "pending":  # noqa: ASYNC110 - the storage only answers questions
        await asyncio.sleep(_COPY_POLL_SECONDS)
    if status != "success":
        raise OSError(f"The upload could not be copied into the quarantine: {status}.")
