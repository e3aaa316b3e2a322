"""JPEG: a sequence of marker segments, with entropy-coded data after each start of scan (ITU-T T.81, annex B)."""

import re
from dataclasses import replace

from shared.images.formats.layout import Layout, Metadata, damaged, read, truncated
from shared.images.refusal import ImageRefusedError, Refusal

_EOI, _SOS = 0xD9, 0xDA
_START, _MULTI_PICTURE = b"\xff\xd8\xff", b"MPF\0"
_MOST_SCANS = 100
"""Each scan of a progressive picture goes through all of it, however few bytes it has; about ten are usual."""
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_NEXT_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")


def layout(content: bytes) -> Layout:
    """The structure of a file that starts like a JPEG. Raises ImageRefusedError."""
    found = _picture(content, 0)
    if not any(segment.startswith(_MULTI_PICTURE) for segment in found.metadata):
        return found
    end, metadata = found.end, [*found.metadata]
    # phones and cameras put maps and previews behind the picture (CIPA DC-007), some with zeros in between
    while (start := content.find(_START, end)) >= 0 and not content[end:start].strip(b"\0"):
        companion = _picture(content, start)
        end = companion.end
        metadata += companion.metadata
    return replace(found, end=end, metadata=tuple(metadata))


def _picture(content: bytes, start: int) -> Layout:
    position, size, scans = start + 2, None, 0
    metadata = Metadata()
    while True:
        marker, position = _marker(content, position)
        if marker == _EOI:
            break
        if marker in _WITHOUT_LENGTH:
            continue
        length = int.from_bytes(read(content, position, 2))
        if length < 2:
            raise damaged("a segment is shorter than its own length field")
        segment = read(content, position + 2, length - 2)
        position += length
        if marker == _SOS:
            position, scans = _after_scan(content, position), scans + 1
        elif marker not in _FRAMES:
            metadata.add(segment)
        elif size is not None:
            raise damaged("it has two sizes")
        else:
            size = _size(segment)
    if size is None or not scans:
        raise damaged("there is no picture in it")
    if scans > _MOST_SCANS:
        raise ImageRefusedError(Refusal.DECOMPRESSION_BOMB, f"The picture is decoded {scans} times over.")
    return Layout(*size, animated=False, end=position, metadata=metadata.pieces)


def _marker(content: bytes, position: int) -> tuple[int, int]:
    """The marker at a position, fill bytes skipped, and the position after it."""
    if read(content, position, 1) != b"\xff":
        raise damaged("a segment doesn't start with a marker")
    while (code := read(content, position, 1)[0]) == 0xFF:
        position += 1
    return code, position + 1


def _size(segment: bytes) -> tuple[int, int]:
    if len(segment) < 6:
        raise damaged("the frame header is too short")
    height, width = int.from_bytes(segment[1:3]), int.from_bytes(segment[3:5])
    if not width or not height:
        raise damaged("the picture has no size")
    return width, height


def _after_scan(content: bytes, position: int) -> int:
    """Where the entropy-coded data ends: at the first marker that isn't a restart or a stuffed byte."""
    found = _NEXT_MARKER.search(content, position)
    if found is None:
        raise truncated()
    return found.start()
