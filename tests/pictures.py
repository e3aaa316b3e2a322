"""Picture files for tests: good ones, and hostile ones made from them."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image, ImageCms

RED, BLUE, GREEN = (200, 30, 40), (20, 40, 210), (30, 180, 60)


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """A file of the kind "JPEG", "PNG", "WEBP", "GIF", …."""
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def plain(width: int = 640, height: int = 480, colour: tuple[int, ...] = RED, mode: str = "RGB") -> Image.Image:
    """A picture of one colour."""
    return Image.new(mode, (width, height), colour if len(colour) > 1 else colour[0])


def halves(width: int = 1600, height: int = 1200) -> Image.Image:
    """Red on the left, blue on the right; the lower right corner is green."""
    picture = plain(width, height)
    picture.paste(BLUE, (width // 2, 0, width, height))
    picture.paste(GREEN, (width * 3 // 4, height * 3 // 4, width, height))
    return picture


def noise(width: int = 300, height: int = 200) -> Image.Image:
    """A picture that compresses badly, so that half of its file is far from enough."""
    return Image.effect_noise((width, height), 80).convert("RGB")


def with_exif(orientation: int, **more: str) -> Image.Exif:
    """EXIF data with an orientation and a camera's name."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x0110] = more.get("model", "Secret Camera")
    return exif


def chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of_size(width: int, height: int) -> bytes:
    """A small PNG file that says it is this large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def png_with_chunk(kind: bytes, body: bytes) -> bytes:
    """A good PNG file with one more chunk after its header."""
    content = encoded(plain(), "PNG")
    return content[:33] + chunk(kind, body) + content[33:]


def archive() -> bytes:
    """A ZIP archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        file.writestr("run.js", "alert(1)")
    return target.getvalue()


def wide_gamut_profile() -> bytes:
    """An RGB profile whose primaries aren't those of sRGB: red and green are exchanged in a matrix profile of sRGB."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", profile[128:132])[0]
    tags = {bytes(profile[p : p + 4]): p for p in range(132, 132 + 12 * count, 12)}
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    profile[red + 4 : red + 12], profile[green + 4 : green + 12] = (
        profile[green + 4 : green + 12],
        profile[red + 4 : red + 12],
    )
    return bytes(profile)
