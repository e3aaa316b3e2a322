"""What uploads leave behind when something doesn't happen: found, and finished or removed."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from shared.images.image import ImageState
from shared.images.poison import PoisonedUploads
from shared.images.processing import Outcome, UploadProcessor
from shared.images.refusal import Refusal
from shared.images.repository import ImageRepository
from shared.images.storage import ImageStorage
from shared.products.repository import ProductRepository

logger = logging.getLogger(__name__)

QUIET = timedelta(minutes=1)
"""An upload this old has been overlooked by the trigger, or is being processed: doing it twice does no harm."""


@dataclass
class OrphanReport:
    """What a run found and did."""

    expired: int = 0
    """Slots that were never used."""
    finished: int = 0
    """Uploads that became images."""
    refused: int = 0
    """Uploads that went into quarantine."""
    discarded: int = 0
    """Second uploads to a used slot, and uploads of deleted products."""
    cleared: int = 0
    """Deleted products whose images were removed."""
    removed: int = 0
    """Blobs of images that were removed: of deleted products, and of half-written sets."""
    poisoned: int = 0
    """Messages taken out of the poison queue."""
    failed: int = 0
    """What could not be done; it is tried again by the next run."""

    def count(self, outcome: Outcome) -> None:
        """Adds what became of an upload."""
        match outcome:
            case Outcome.READY:
                self.finished += 1
            case Outcome.REFUSED:
                self.refused += 1
            case Outcome.DISCARDED:
                self.discarded += 1

    def __str__(self) -> str:
        counts = [f"{name} {count}" for name, count in asdict(self).items() if count]
        return ", ".join(counts) or "nothing to do"


class Orphans:
    """Looks after what was left behind. `now` is the injected clock."""

    def __init__(
        self,
        *,
        images: ImageRepository,
        products: ProductRepository,
        storage: ImageStorage,
        processor: UploadProcessor,
        poisoned: PoisonedUploads,
        now: Callable[[], datetime],
    ) -> None:
        self._images = images
        self._products = products
        self._storage = storage
        self._processor = processor
        self._poisoned = poisoned
        self._now = now

    async def look_after(self, *, quiet: timedelta = QUIET) -> OrphanReport:
        """One run; nothing that fails keeps the rest from being looked at. Uploads younger than `quiet` are left."""
        report = OrphanReport()
        steps: list[Callable[[OrphanReport], Awaitable[None]]] = [
            self._empty_poison_queue,
            lambda found: self._finish_uploads(found, self._now() - quiet),
            self._expire_slots,
            self._clear_deleted_products,
        ]
        for step in steps:
            async with _reported(report, "a part of the uploads' upkeep"):
                await step(report)
        return report

    async def _empty_poison_queue(self, report: OrphanReport) -> None:
        """Uploads the trigger gave up: once more here, where it is patient; then into quarantine."""
        async for poisoned in self._poisoned.messages():
            async with _reported(report, f"the poisoned upload {poisoned.name}"):
                act = self._processor.give_up if poisoned.is_hopeless else self._processor.process
                report.count(await act(poisoned.name))
                await self._poisoned.remove(poisoned)
                report.poisoned += 1

    async def _finish_uploads(self, report: OrphanReport, before: datetime) -> None:
        async for upload in self._storage.uploads():
            if upload.modified <= before:
                async with _reported(report, f"the upload {upload.name}"):
                    report.count(await self._processor.process(upload.name))

    async def _expire_slots(self, report: OrphanReport) -> None:
        for image in await self._images.unused():
            async with _reported(report, f"the slot {image.image_id}"):
                product_id, image_id = image.product_id, image.image_id
                unused = await self._storage.upload(f"{product_id}/{image_id}") is None
                if unused and await self._images.expire(image):
                    report.expired += 1
                    # An upload that was begun in time may still become an image; its files are newer.
                    before = image.expires_at
                    report.removed += await self._storage.remove_renditions(product_id, image_id, before=before)

    async def _clear_deleted_products(self, report: OrphanReport) -> None:
        for product_id in await self._products.deleted_with_images():
            async with _reported(report, f"the images of the deleted product {product_id}"):
                for image in await self._images.of_product(product_id):
                    if image.state in (ImageState.WAITING, ImageState.READY):
                        await self._images.refuse(image, Refusal.PRODUCT_DELETED)
                report.removed += await self._storage.remove_images_of(product_id)
                await self._products.note_images_removed(product_id)
                report.cleared += 1


@asynccontextmanager
async def _reported(report: OrphanReport, subject: str) -> AsyncIterator[None]:
    try:
        yield
    except Exception:  # what fails is counted and tried again by the next run
        logger.exception("Could not look after %s; it is tried again by the next run.", subject)
        report.failed += 1
