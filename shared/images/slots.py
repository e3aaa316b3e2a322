"""Giving out upload slots: one image of one product, one URL."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.ids import new_id
from shared.images.image import ImageDocument, document_id
from shared.images.limits import MAX_IMAGES, ImageType
from shared.images.repository import ImageRepository
from shared.images.upload_urls import UploadUrls
from shared.products.product import TooManyImagesError
from shared.products.repository import Origin, ProductRepository


@dataclass(frozen=True)
class Slot:
    """Where a client PUTs its picture, and with which headers."""

    image: ImageDocument
    url: str
    headers: dict[str, str]


class UploadSlots:
    """Slots of active products. `now` is the injected clock; `lifetime` is that of a URL."""

    def __init__(
        self,
        images: ImageRepository,
        products: ProductRepository,
        urls: UploadUrls,
        *,
        lifetime: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        self._images = images
        self._products = products
        self._urls = urls
        self._lifetime = lifetime
        self._now = now

    async def give(self, product_id: str, content_type: ImageType, size: int, origin: Origin) -> Slot:
        """A new slot. Raises ProductNotFoundError, TooManyImagesError."""
        product = await self._products.get(product_id)
        if len(product.image_urls) >= MAX_IMAGES:
            raise TooManyImagesError(product_id)
        now, image_id = self._now(), new_id()
        image = ImageDocument(
            id=document_id(image_id),
            product_id=product_id,
            image_id=image_id,
            content_type=content_type,
            size=size,
            correlation_id=origin.correlation_id,
            expires_at=(now + self._lifetime).replace(microsecond=0),  # a signature knows whole seconds
            created_at=now,
            updated_at=now,
        )
        url = await self._urls.create_only(f"{product_id}/{image_id}", image.expires_at)
        await self._images.create(image, origin)
        return Slot(image, url, {"x-ms-blob-type": "BlockBlob", "Content-Type": str(content_type)})
