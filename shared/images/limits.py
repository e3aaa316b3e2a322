"""What an upload may be, and what becomes of it."""

from enum import StrEnum

MAX_BYTES = 20 * 1024 * 1024
"""Size of an upload, in bytes."""
MAX_PIXELS = 50_000_000
"""Width times height."""
WIDTHS = (1200, 400, 100)
"""Widths of the renditions in pixels, the widest first. A picture that is narrower isn't enlarged."""
MAX_IMAGES = 20
"""Images of one product, as `imageUrls` takes them."""


class ImageType(StrEnum):
    """The media types that are taken."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
