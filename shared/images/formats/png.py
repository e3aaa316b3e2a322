"""PNG: a signature and chunks, each with its length, type and CRC (PNG specification, third edition)."""

import zlib

from shared.images.formats.layout import Layout, Metadata, bomb, damaged, read

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PICTURE = {b"IHDR", b"IDAT", b"IEND"}
_MOST_UNPACKED = 1024 * 1024
"""Bytes of a compressed text or profile, as Pillow has it."""


def layout(content: bytes) -> Layout:
    """The structure of a file that starts like a PNG; every CRC is checked. Raises ImageRefusedError."""
    position, size, animated, filled = len(SIGNATURE), None, False, False
    metadata = Metadata()
    while True:
        length = int.from_bytes(read(content, position, 4))
        kind = read(content, position + 4, 4)
        body = read(content, position + 8, length)
        if zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(read(content, position + 8 + length, 4)):
            raise damaged(f"the checksum of chunk {kind.decode('ascii', 'replace')} is wrong")
        position += 12 + length
        if kind == b"IHDR" and size is None:
            size = _size(body)
        elif kind == b"IHDR":
            raise damaged("it has two sizes")
        elif size is None:
            raise damaged("it doesn't begin with its header")
        animated = animated or kind == b"acTL"
        filled = filled or kind == b"IDAT"
        if kind not in _PICTURE:
            metadata.add(_unpacked(kind, body))
        if kind == b"IEND":
            break
    if not filled or size is None:
        raise damaged("there is no picture in it")
    return Layout(*size, animated=animated, end=position, metadata=metadata.pieces)


def _unpacked(kind: bytes, body: bytes) -> bytes:
    """A chunk's content, the compressed part of texts and profiles unpacked as well."""
    start = body.find(b"\0") + 2  # a keyword, a method
    if kind == b"iTXt" and body[start - 1 : start] == b"\1":
        for _ in ("method", "language", "translated keyword"):
            start = body.find(b"\0", start) + 1
    elif kind not in (b"zTXt", b"iCCP"):
        return body
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(body[start:], _MOST_UNPACKED)
    except zlib.error:  # whether that matters is the decoder's to say
        return body
    if len(text) == _MOST_UNPACKED and not unpacking.eof:
        raise bomb()
    return body[:start] + text


def _size(body: bytes) -> tuple[int, int]:
    if len(body) != 13:
        raise damaged("the header has the wrong length")
    width, height = int.from_bytes(body[0:4]), int.from_bytes(body[4:8])
    if not width or not height:
        raise damaged("the picture has no size")
    return width, height
