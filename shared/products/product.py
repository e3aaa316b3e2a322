"""The product document in container `products`; its reservations and events share its partition."""

from typing import Literal

from pydantic import Field

from shared.documents import StoredModel
from shared.errors import ConflictError, NotFoundError, PreconditionFailedError
from shared.images.limits import MAX_IMAGES
from shared.time import Instant

Metadata = dict[str, str | bool | int | float]


class Product(StoredModel):
    """A product as stored."""

    id: str
    product_id: str
    """The same as `id`: the partition key."""
    type: Literal["product"] = "product"
    schema_version: Literal[1] = 1
    name: str
    description: str
    price_minor: int = Field(ge=0)
    """Price of one piece in minor units of `currency`."""
    currency: str
    category: str
    inventory: int = Field(ge=0)
    """What can still be ordered: on hand minus held."""
    image_urls: list[str] = Field(default_factory=list)
    metadata: Metadata = Field(default_factory=dict)
    is_active: bool = True
    revision: int = 1
    """Raised by every change that admins make; orders don't."""
    event_sequence: int = 0
    """Sequence of the newest event of an admin's change."""
    created_at: Instant
    updated_at: Instant


class ProductNotFoundError(NotFoundError):
    """There is no such product, or it has been deleted."""

    slug = "product-not-found"
    title = "Product not found"

    def __init__(self, product_id: str) -> None:
        super().__init__(f"There is no product {product_id}.")


class StaleProductError(PreconditionFailedError):
    """If-Match names another revision than the present one."""

    slug = "stale-revision"
    title = "The product has changed"


class StockHeldError(ConflictError):
    """Stock can't be taken below what orders hold."""

    slug = "stock-held"
    title = "Not enough stock that isn't held"


class TooManyImagesError(ConflictError):
    """A product shows a limited number of images."""

    slug = "too-many-images"
    title = "The product has enough images"

    def __init__(self, product_id: str) -> None:
        super().__init__(
            f"Product {product_id} shows {MAX_IMAGES} images, the most there can be. Take some out of imageUrls first."
        )


class ImageSettledError(Exception):
    """The image isn't in the state it was read in any more: somebody else has dealt with it."""
