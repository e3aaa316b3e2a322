"""The app's image parts together, and what tests do and look at."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from shared.clients import AzureClients
from shared.events.event import Event, is_event
from shared.ids import new_id
from shared.images.limits import ImageType
from shared.images.orphans import OrphanReport, Orphans
from shared.images.poison import QUEUE, PoisonedUploads
from shared.images.processing import Outcome, UploadProcessor
from shared.images.repository import ImageRepository
from shared.images.slots import Slot, UploadSlots
from shared.images.storage import IMAGES, QUARANTINE, UPLOADS, ImageStorage
from shared.images.upload_urls import UploadUrls
from shared.products.product import Product
from shared.products.repository import Origin, ProductRepository
from shared.time import utc_now

ORIGIN = Origin("admin-1", "req-1")
LIFETIME = timedelta(minutes=15)


@dataclass
class ImageWorld:
    """One shop's images. `shift` moves the app's clock, not the storage's."""

    azure: AzureClients
    http: aiohttp.ClientSession
    shift: timedelta = field(default=timedelta(0))

    def __post_init__(self) -> None:
        products = self.azure.container("products")
        self.images = ImageRepository(products, self.now)
        self.products = ProductRepository(products, self.now)
        self.storage = ImageStorage(self.azure.blobs())
        self.queue = self.azure.queues().get_queue_client(QUEUE)

    def now(self) -> datetime:
        return utc_now() + self.shift

    def processor(self, storage: ImageStorage | None = None) -> UploadProcessor:
        """One worker's processor."""
        return UploadProcessor(self.images, self.products, storage or self.storage, self.now)

    async def look_after(self, quiet: timedelta = timedelta(seconds=-60)) -> OrphanReport:
        """One run of the timer; uploads needn't have rested."""
        orphans = Orphans(
            images=self.images,
            products=self.products,
            storage=self.storage,
            processor=self.processor(),
            poisoned=PoisonedUploads(self.queue),
            now=self.now,
        )
        return await orphans.look_after(quiet=quiet)

    async def empty(self) -> None:
        for container in (UPLOADS, IMAGES, QUARANTINE):
            for name in await self.blobs(container):
                await self.azure.blobs().get_blob_client(container, name).delete_blob()

    async def product(self) -> str:
        """The id of a new product."""
        product_id, now = new_id(), self.now()
        product = Product(
            id=product_id,
            product_id=product_id,
            name="Cup",
            description="",
            price_minor=100,
            currency="USD",
            category="kitchen",
            inventory=1,
            created_at=now,
            updated_at=now,
        )
        await self.products.create(product, ORIGIN)
        return product_id

    async def slot(self, product_id: str, content_type: ImageType = ImageType.PNG) -> Slot:
        """A new slot; its URL lasts as long as can be."""
        urls = UploadUrls(self.azure.blobs(), self.now)
        slots = UploadSlots(self.images, self.products, urls, lifetime=LIFETIME, now=self.now)
        return await slots.give(product_id, content_type, 1000, ORIGIN)

    async def put(self, slot: Slot, content: bytes, **headers: str) -> int:
        """What a client does with a slot; the answer's status."""
        async with self.http.put(slot.url, data=content, headers={**slot.headers, **headers}) as answer:
            return answer.status

    async def uploaded(self, product_id: str, content: bytes, content_type: ImageType = ImageType.PNG) -> Slot:
        """A slot that has been used."""
        slot = await self.slot(product_id, content_type)
        assert await self.put(slot, content) == 201
        return slot

    async def process(self, slot: Slot) -> Outcome:
        return await self.processor().process(name_of(slot))

    async def state(self, slot: Slot) -> tuple[str, str | None]:
        """State and reason of an image."""
        found = await self.images.find(slot.image.product_id, slot.image.image_id)
        assert found is not None
        return str(found.state), None if found.reason is None else str(found.reason)

    async def shown(self, product_id: str) -> list[str]:
        """The product's imageUrls."""
        product = await self.products.find(product_id)
        assert product is not None
        return product.image_urls

    async def events(self, product_id: str) -> list[str]:
        """Types of the events about images, each as often as it was written."""
        query, found = "SELECT * FROM c WHERE STARTSWITH(c.type, 'product.image-')", []
        async for document in self.azure.container("products").query_items(query, partition_key=product_id):
            assert is_event(document), "the relay would overlook it"
            found.append(Event.from_document(document).type.removeprefix("product.image-"))
        return sorted(found)

    async def blobs(self, container: str) -> list[str]:
        """Names of the blobs in a container."""
        listed = self.azure.blobs().get_container_client(container).list_blobs()
        return [str(blob.name) async for blob in listed]

    async def read(self, container: str, name: str) -> bytes:
        download: Any = await self.azure.blobs().get_blob_client(container, name).download_blob()
        return bytes(await download.readall())


def name_of(slot: Slot) -> str:
    """The upload's name."""
    return f"{slot.image.product_id}/{slot.image.image_id}"


def renditions_of(slot: Slot) -> list[str]:
    """Names of the image's blobs, sorted."""
    return sorted(f"{name_of(slot)}/{width}.webp" for width in (1200, 400, 100))
