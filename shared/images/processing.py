"""From an upload to an image: checked, resized, attached, the original removed. Any step may be the last one.

Everything comes from the upload, which is removed last: whoever finds it starts over, and what is there already is
written again with the same bytes. Who attaches the image, or refuses it, is decided by its document.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.images.image import OPEN, ImageDocument, ImageState
from shared.images.inspection import check_declaration
from shared.images.limits import WIDTHS, ImageType
from shared.images.refusal import ImageRefusedError, Refusal
from shared.images.repository import SYSTEM, ImageRepository, move
from shared.images.storage import ImageStorage, Upload
from shared.products.product import ImageSettledError, ProductNotFoundError, TooManyImagesError
from shared.products.repository import Origin, ProductRepository
from shared.time import rfc3339

logger = logging.getLogger(__name__)

_LOOKS = 4
_PAUSE_SECONDS = 0.5


class Outcome(StrEnum):
    """What became of an upload."""

    READY = "ready"
    REFUSED = "refused"
    DISCARDED = "discarded"
    """Its slot had been used before, or its product is gone: it was removed unread."""
    GONE = "gone"
    """There was nothing (any more)."""


class UploadProcessor:
    """Processes uploads, decoding one at a time. `now` is the injected clock."""

    def __init__(
        self, images: ImageRepository, products: ProductRepository, storage: ImageStorage, now: Callable[[], datetime]
    ) -> None:
        self._images = images
        self._products = products
        self._storage = storage
        self._now = now
        self._decoding = asyncio.Lock()

    async def process(self, name: str) -> Outcome:
        """Brings the upload `{productId}/{imageId}` to its end. Raises what passes by itself: call it again then."""
        upload = await self._storage.upload(name)
        if upload is None:
            return Outcome.GONE
        image = await self._slot(name)
        if image is None:
            text = "No URL was given out for this blob."
            return await self._refuse(upload, None, ImageRefusedError(Refusal.NO_SLOT, text))
        if image.state not in OPEN:
            logger.warning("The slot %s is settled: what lies there is removed unread.", name)
            if image.state is ImageState.REFUSED:  # a run that broke off may have left files
                await self._storage.remove_renditions(image.product_id, image.image_id)
            await self._storage.remove_upload(upload)
            return Outcome.DISCARDED
        product = await self._products.find(image.product_id)
        if product is None or not product.is_active:
            return await self._discard(upload, image)
        return await self._settle(upload, image)

    async def give_up(self, name: str) -> Outcome:
        """Refuses an upload that can't be processed whatever is tried."""
        upload = await self._storage.upload(name)
        if upload is None:
            return Outcome.GONE
        refused = ImageRefusedError(Refusal.PROCESSING_FAILED, "It was tried several times, and each try failed.")
        return await self._refuse(upload, await self._slot(name), refused)

    async def _slot(self, name: str) -> ImageDocument | None:
        """The slot's document; a new one may not be visible to this instance at once."""
        product_id, _, image_id = name.partition("/")
        for look in range(_LOOKS):
            if look:
                await asyncio.sleep(_PAUSE_SECONDS)
            if (found := await self._images.find(product_id, image_id)) is not None:
                return found
        return None

    async def _settle(self, upload: Upload, image: ImageDocument) -> Outcome:
        try:
            declared = check_declaration(upload.content_type, upload.size, archived=upload.archived)
            renditions = await self._renditions(upload, declared)
            if renditions is None:
                return Outcome.GONE
            await self._storage.write_renditions(image.product_id, image.image_id, renditions)
            return await self._attach(upload, image)
        except ImageRefusedError as refused:
            return await self._refuse(upload, image, refused)

    async def _renditions(self, upload: Upload, declared: ImageType) -> dict[int, bytes] | None:
        """One picture in memory at a time, whatever else this worker does; None when the upload is gone."""
        from shared.images.rendering import render  # noqa: PLC0415 - Pillow is loaded only where it is used

        async with self._decoding:
            content = await self._storage.read(upload)
            return None if content is None else await asyncio.to_thread(render, content, declared)

    async def _attach(self, upload: Upload, image: ImageDocument) -> Outcome:
        product_id, image_id = image.product_id, image.image_id
        url = self._storage.url(product_id, image_id, WIDTHS[0])
        origin = Origin(SYSTEM, image.correlation_id)

        def made_ready() -> Any:
            return move(image, ImageState.READY, self._now())

        try:
            await self._products.add_image(product_id, image_id, url, origin, beside=made_ready)
        except ProductNotFoundError:
            return await self._discard(upload, image)
        except TooManyImagesError as error:
            raise ImageRefusedError(Refusal.TOO_MANY_IMAGES, error.detail) from error
        except ImageSettledError:
            return await self._yield_to_another(upload, image)
        await self._storage.remove_upload(upload)
        logger.info("Image %s of product %s is ready.", image_id, product_id)
        return Outcome.READY

    async def _yield_to_another(self, upload: Upload, image: ImageDocument) -> Outcome:
        """Somebody else dealt with the image meanwhile; or the timer only ended its slot: then it is tried again."""
        latest = await self._images.find(image.product_id, image.image_id)
        if latest is None or latest.state in OPEN:
            raise LookupError(f"The image {image.image_id} changed while it was processed.")
        if latest.state is ImageState.REFUSED:
            await self._storage.remove_renditions(image.product_id, image.image_id)
        await self._storage.remove_upload(upload)
        return Outcome(latest.state)

    async def _discard(self, upload: Upload, image: ImageDocument) -> Outcome:
        """The product is gone: so is everything of its image."""
        await self._storage.remove_renditions(image.product_id, image.image_id)
        await self._images.refuse(image, Refusal.PRODUCT_DELETED)
        await self._storage.remove_upload(upload)
        logger.info("Product %s is gone: upload %s is removed.", image.product_id, image.image_id)
        return Outcome.DISCARDED

    async def _refuse(self, upload: Upload, image: ImageDocument | None, refused: ImageRefusedError) -> Outcome:
        reason = {
            "name": upload.name,
            "reason": str(refused.reason),
            "detail": str(refused),
            "declaredType": upload.content_type,
            "size": upload.size,
            "refusedAt": rfc3339(self._now()),
        }
        if image is None or image.state in OPEN:
            await self._storage.quarantine(upload, reason)
        if image is not None and image.state in OPEN and await self._images.refuse(image, refused.reason):
            await self._storage.remove_renditions(image.product_id, image.image_id)
        await self._storage.remove_upload(upload)
        logger.warning("Upload %s is refused (%s): %s", upload.name, refused.reason, refused)
        return Outcome.REFUSED
