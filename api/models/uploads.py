"""Image uploads on the wire."""

from typing import Annotated, Self

from pydantic import Field

from api.web.validation import Body, View
from shared.images.image import ImageDocument, ImageState
from shared.images.limits import MAX_BYTES, ImageType
from shared.images.refusal import Refusal


class NewImage(Body):
    """Body of POST /products/{id}/images: what is going to be uploaded."""

    content_type: Annotated[ImageType, Field(strict=False)]  # JSON has texts only
    size: Annotated[int, Field(ge=1, le=MAX_BYTES)]
    """Bytes."""


class ImageView(View):
    """An image as answered; what doesn't apply is left out."""

    image_id: str
    state: ImageState
    reason: Refusal | None = None
    urls: dict[str, str] | None = None
    """By width in pixels."""

    @classmethod
    def of(cls, image: ImageDocument, urls: dict[str, str]) -> Self:
        """The view of a stored image; `urls` are shown once it is ready."""
        ready = image.state is ImageState.READY
        return cls(image_id=image.image_id, state=image.state, reason=image.reason, urls=urls if ready else None)
