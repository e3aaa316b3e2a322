"""The image document in the product's partition: an upload slot, and what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import ConfigDict

from shared.documents import StoredModel, base_fields
from shared.images.limits import ImageType
from shared.images.refusal import Refusal
from shared.time import Instant, rfc3339


class ImageState(StrEnum):
    """waiting → ready | refused | expired; an upload that was begun in time still makes expired ready or refused."""

    WAITING = "waiting"
    READY = "ready"
    REFUSED = "refused"
    EXPIRED = "expired"


OPEN = (ImageState.WAITING, ImageState.EXPIRED)
"""States in which an upload is still processed."""


class ImageDocument(StoredModel):
    """An image as stored."""

    model_config = ConfigDict(frozen=True)

    id: str
    product_id: str
    image_id: str
    type: Literal["image"] = "image"
    schema_version: Literal[1] = 1
    state: ImageState = ImageState.WAITING
    content_type: ImageType
    """As declared when the slot was asked for."""
    size: int
    """Bytes, as declared."""
    reason: Refusal | None = None
    """Why it was refused."""
    correlation_id: str = ""
    """The request that asked for the slot."""
    expires_at: Instant
    """When the upload URL ends."""
    created_at: Instant
    updated_at: Instant


def document_id(image_id: str) -> str:
    """The document's id; the partition is the product's."""
    return f"image:{image_id}"


def image_event(image: ImageDocument, happened: str, actor: str, now: datetime) -> dict[str, Any]:
    """An event `product.image-<happened>`. Like stock events it has no sequence: the product itself isn't changed."""
    reason = {} if image.reason is None else {"reason": str(image.reason)}
    return {
        "id": f"{image.product_id}:{document_id(image.image_id)}:{happened}",
        "productId": image.product_id,
        **base_fields(f"product.image-{happened}", now),
        "time": rfc3339(now),
        "aggregate": image.product_id,
        "sequence": None,
        "actor": actor,
        "correlationId": image.correlation_id,
        "traceparent": "",
        "data": {"imageId": image.image_id, **reason},
    }
