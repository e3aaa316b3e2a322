"""PNG: a signature and chunks, each with its length, type and CRC (PNG specification, third edition)."""

import zlib

from shared.images.formats.layout import Layout, damaged, read

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PICTURE = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"}


def layout(content: bytes) -> Layout:
    """The structure of a file that starts like a PNG; every CRC is checked. Raises ImageRefusedError."""
    position, size, metadata, animated, filled = len(SIGNATURE), None, [], False, False
    while True:
        length = int.from_bytes(read(content, position, 4))
        kind = read(content, position + 4, 4)
        body = read(content, position + 8, length)
        if zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(read(content, position + 8 + length, 4)):
            raise damaged(f"the checksum of chunk {kind.decode('ascii', 'replace')} is wrong")
        position += 12 + length
        if kind == b"IHDR":
            size = _size(body)
        elif size is None:
            raise damaged("it doesn't begin with its header")
        animated = animated or kind == b"acTL"
        filled = filled or kind == b"IDAT"
        if kind not in _PICTURE:
            metadata.append(body)
        if kind == b"IEND":
            break
    if not filled or size is None:
        raise damaged("there is no picture in it")
    return Layout(*size, animated=animated, end=position, metadata=tuple(metadata))


def _size(body: bytes) -> tuple[int, int]:
    if len(body) != 13:
        raise damaged("the header has the wrong length")
    width, height = int.from_bytes(body[0:4]), int.from_bytes(body[4:8])
    if not width or not height:
        raise damaged("the picture has no size")
    return width, height
