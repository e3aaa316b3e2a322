"""What a file's structure tells of it."""

from dataclasses import dataclass

from shared.images.limits import MAX_BYTES
from shared.images.refusal import ImageRefusedError, Refusal

_MOST_PIECES = 2000
"""A file that is nothing but metadata in the usual pieces of 64 KiB has 320."""
_MOST_BYTES = MAX_BYTES * 3 // 2
"""All metadata of a file, unpacked."""


@dataclass(frozen=True)
class Layout:
    """A picture file whose structure is complete."""

    width: int
    height: int
    animated: bool
    end: int
    """Offset after the picture's last byte."""
    metadata: tuple[bytes, ...]
    """Everything in it that isn't coded pixels, unpacked: comments, EXIF, texts, profiles, palettes, unknown chunks."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.width, self.height


def truncated() -> ImageRefusedError:
    """The refusal of a file that ends too early."""
    return ImageRefusedError(Refusal.TRUNCATED, "The file ends before the picture does.")


def damaged(what: str) -> ImageRefusedError:
    """The refusal of a file that breaks its format's rules."""
    return ImageRefusedError(Refusal.DAMAGED, f"The file is damaged: {what}.")


class Metadata:
    """Collects a file's metadata, while it isn't absurdly much: each piece costs a decoder memory."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._left = _MOST_BYTES

    @property
    def pieces(self) -> tuple[bytes, ...]:
        """What has been added."""
        return tuple(self._pieces)

    def add(self, piece: bytes) -> None:
        """One more piece, unpacked. Raises ImageRefusedError when there are too many, or all together too large."""
        self._left -= len(piece)
        if self._left < 0 or len(self._pieces) == _MOST_PIECES:
            raise bomb()
        self._pieces.append(piece)


def bomb() -> ImageRefusedError:
    """The refusal of a file whose metadata is out of all proportion."""
    return ImageRefusedError(Refusal.DECOMPRESSION_BOMB, "The metadata becomes far too large.")


def read(content: bytes, start: int, length: int) -> bytes:
    """`length` bytes from `start`. Raises ImageRefusedError when there are fewer."""
    part = content[start : start + length]
    if len(part) < length:
        raise truncated()
    return part
