"""What a file's structure tells of it."""

from dataclasses import dataclass

from shared.images.refusal import ImageRefusedError, Refusal


@dataclass(frozen=True)
class Layout:
    """A picture file whose structure is complete."""

    width: int
    height: int
    animated: bool
    end: int
    """Offset after the picture's last byte."""
    metadata: tuple[bytes, ...]
    """Everything in it that isn't the picture: comments, EXIF, texts, profiles, chunks nobody knows."""


def truncated() -> ImageRefusedError:
    """The refusal of a file that ends too early."""
    return ImageRefusedError(Refusal.TRUNCATED, "The file ends before the picture does.")


def damaged(what: str) -> ImageRefusedError:
    """The refusal of a file that breaks its format's rules."""
    return ImageRefusedError(Refusal.DAMAGED, f"The file is damaged: {what}.")


def read(content: bytes, start: int, length: int) -> bytes:
    """`length` bytes from `start`. Raises ImageRefusedError when there are fewer."""
    part = content[start : start + length]
    if len(part) < length:
        raise truncated()
    return part
