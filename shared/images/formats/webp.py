"""WebP: a RIFF container of chunks (RFC 9649); simple files hold one `VP8 ` or `VP8L` chunk, extended ones `VP8X`."""

from shared.images.formats.layout import Layout, Metadata, damaged, read, truncated

_HEADER = 12
_FRAMES = {b"VP8 ", b"VP8L"}
_PICTURE = {*_FRAMES, b"VP8X", b"ALPH"}


def layout(content: bytes) -> Layout:
    """The structure of a file that starts like a WebP. Raises ImageRefusedError."""
    end = 8 + int.from_bytes(content[4:8], "little")
    if end > len(content):
        raise truncated()
    canvas, frame, animated, position = None, None, False, _HEADER
    metadata = Metadata()
    while position + 8 <= end:
        kind, length = content[position : position + 4], int.from_bytes(content[position + 4 : position + 8], "little")
        if position + 8 + length > end:
            raise truncated()
        body = content[position + 8 : position + 8 + length]
        position += 8 + length + length % 2
        if (kind == b"VP8X" and canvas) or (kind in _FRAMES and frame):
            raise damaged("it has two sizes")
        if kind == b"VP8X":
            canvas = _canvas(body)
            animated = animated or bool(body[0] & 0x02)
        elif kind in _FRAMES:
            frame = _lossy(body) if kind == b"VP8 " else _lossless(body)
        animated = animated or kind in (b"ANIM", b"ANMF")
        if kind not in _PICTURE:
            metadata.add(body)
    size = _size(canvas, frame, animated)
    return Layout(*size, animated=animated, end=end, metadata=metadata.pieces)


def _size(canvas: tuple[int, int] | None, frame: tuple[int, int] | None, animated: bool) -> tuple[int, int]:
    if frame is None and not animated:
        raise damaged("there is no picture in it")
    if canvas is not None and frame is not None and canvas != frame:
        raise damaged("the picture and its canvas differ in size")
    size = canvas or frame
    if size is None:
        raise damaged("the picture has no size")
    return size


def _canvas(body: bytes) -> tuple[int, int]:
    header = read(body, 0, 10)
    return int.from_bytes(header[4:7], "little") + 1, int.from_bytes(header[7:10], "little") + 1


def _lossy(body: bytes) -> tuple[int, int]:
    header = read(body, 0, 10)
    if header[3:6] != b"\x9d\x01\x2a":
        raise damaged("the picture's start code is wrong")
    width, height = int.from_bytes(header[6:8], "little") & 0x3FFF, int.from_bytes(header[8:10], "little") & 0x3FFF
    if not width or not height:
        raise damaged("the picture has no size")
    return width, height


def _lossless(body: bytes) -> tuple[int, int]:
    header = read(body, 0, 5)
    if header[0] != 0x2F:
        raise damaged("the picture's signature is wrong")
    bits = int.from_bytes(header[1:5], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
