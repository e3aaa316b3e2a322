"""Why an upload isn't taken."""

from enum import StrEnum


class Refusal(StrEnum):
    """The reason of a refused upload: for programs; an ImageRefusedError's text is for people."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    ARCHIVED = "archived"
    """It was put into the archive tier, where its content can't be read for hours."""
    TYPE_NOT_ALLOWED = "type-not-allowed"
    """The declared type is none of those that are taken."""
    NOT_AN_IMAGE = "not-an-image"
    """The content is no JPEG, PNG or WebP."""
    TYPE_MISMATCH = "type-mismatch"
    """The content is another type than was declared."""
    TOO_MANY_PIXELS = "too-many-pixels"
    DECOMPRESSION_BOMB = "decompression-bomb"
    """Compressed metadata that becomes far too large."""
    ANIMATED = "animated"
    TRUNCATED = "truncated"
    POLYGLOT = "polyglot"
    """The file is something else as well: content after the picture's end, or a document or program in its metadata."""
    DAMAGED = "damaged"
    TOO_MANY_IMAGES = "too-many-images"
    """The product has as many images as it can have."""
    PRODUCT_DELETED = "product-deleted"
    NO_SLOT = "no-slot"
    """Nobody was given a URL for this blob."""
    PROCESSING_FAILED = "processing-failed"
    """It was tried several times, and each try failed."""


class ImageRefusedError(Exception):
    """An upload that isn't taken, whatever is tried: `reason` for programs, the text for people."""

    def __init__(self, reason: Refusal, text: str) -> None:
        super().__init__(text)
        self.reason = reason
