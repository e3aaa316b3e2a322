"""Every hostile file is refused, with the reason that is its own, where it matters before a pixel is decoded."""

import io
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from shared.images.inspection import check_declaration
from shared.images.limits import MAX_BYTES, ImageType
from shared.images.refusal import ImageRefusedError, Refusal
from shared.images.rendering import render
from tests.pictures import archive, encoded, halves, noise, plain, png_of_size, png_with_chunk

JPEG, PNG, WEBP = ImageType.JPEG, ImageType.PNG, ImageType.WEBP


def _frames(kind: str) -> bytes:
    return encoded(plain(), kind, save_all=True, append_images=[halves(640, 480)], duration=100)


def _half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _webp_of_size(width: int, height: int) -> bytes:
    content = bytearray(encoded(plain(8, 8), "WEBP", lossless=True))
    content[21:25] = ((width - 1) | (height - 1) << 14).to_bytes(4, "little")
    return bytes(content)


def _zip_around_a_jpeg() -> bytes:
    content = encoded(plain(16, 16), "JPEG")
    end = archive()[-22:-2] + (len(content) - 2).to_bytes(2, "little")
    return content[:2] + b"\xff\xfe" + (len(end) + 2).to_bytes(2) + end + content[2:]


def _many_scans() -> bytes:
    """A progressive picture whose last scan comes again and again."""
    content = encoded(plain(), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * 200 + content[-2:]


HOSTILE: dict[str, tuple[ImageType, Callable[[], bytes], Refusal]] = {
    "gif": (PNG, lambda: encoded(plain(), "GIF"), Refusal.NOT_AN_IMAGE),
    "tiff": (JPEG, lambda: encoded(plain(), "TIFF"), Refusal.NOT_AN_IMAGE),
    "svg": (PNG, lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", Refusal.NOT_AN_IMAGE),
    "html": (JPEG, lambda: b"<html><script>alert(1)</script></html>", Refusal.NOT_AN_IMAGE),
    "program": (WEBP, lambda: b"\x7fELF" + b"\0" * 100, Refusal.NOT_AN_IMAGE),
    "one byte": (JPEG, lambda: b"\xff", Refusal.NOT_AN_IMAGE),
    "png called jpeg": (JPEG, lambda: encoded(plain(), "PNG"), Refusal.TYPE_MISMATCH),
    "jpeg called webp": (WEBP, lambda: encoded(plain(), "JPEG"), Refusal.TYPE_MISMATCH),
    "huge png": (PNG, lambda: png_of_size(50_000, 50_000), Refusal.TOO_MANY_PIXELS),
    "png just too large": (PNG, lambda: png_of_size(10_000, 5_001), Refusal.TOO_MANY_PIXELS),
    "absurd png": (PNG, lambda: png_of_size(2**31 - 1, 2**31 - 1), Refusal.TOO_MANY_PIXELS),
    "huge jpeg": (JPEG, lambda: encoded(Image.new("L", (10_000, 5_001)), "JPEG"), Refusal.TOO_MANY_PIXELS),
    "huge webp": (WEBP, lambda: _webp_of_size(16_000, 16_000), Refusal.TOO_MANY_PIXELS),
    "bomb in a text": (
        PNG,
        lambda: png_with_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * 50_000_000)),
        Refusal.DECOMPRESSION_BOMB,
    ),
    "bomb in a profile": (
        PNG,
        lambda: png_with_chunk(b"iCCP", b"p\0\0" + zlib.compress(b"\0" * 50_000_000)),
        Refusal.DECOMPRESSION_BOMB,
    ),
    "many scans": (JPEG, _many_scans, Refusal.DECOMPRESSION_BOMB),
    "zip behind a phone's maps": (
        JPEG,
        lambda: encoded(plain(), "MPO", save_all=True, append_images=[plain(64, 64)]) + archive(),
        Refusal.POLYGLOT,
    ),
    "animated png": (PNG, lambda: _frames("PNG"), Refusal.ANIMATED),
    "animated webp": (WEBP, lambda: _frames("WEBP"), Refusal.ANIMATED),
    "half a jpeg": (JPEG, lambda: _half(encoded(noise(), "JPEG")), Refusal.TRUNCATED),
    "half a png": (PNG, lambda: _half(encoded(noise(), "PNG")), Refusal.TRUNCATED),
    "half a webp": (WEBP, lambda: _half(encoded(noise(), "WEBP")), Refusal.TRUNCATED),
    "a jpeg's start": (JPEG, lambda: b"\xff\xd8\xff", Refusal.TRUNCATED),
    "a jpeg without its end": (JPEG, lambda: encoded(noise(), "JPEG")[:-2], Refusal.TRUNCATED),
    "png without its end": (PNG, lambda: encoded(noise(), "PNG")[:-12], Refusal.TRUNCATED),
    "zip behind a jpeg": (JPEG, lambda: encoded(plain(), "JPEG") + archive(), Refusal.POLYGLOT),
    "zip behind a png": (PNG, lambda: encoded(plain(), "PNG") + archive(), Refusal.POLYGLOT),
    "zip behind a webp": (WEBP, lambda: encoded(plain(), "WEBP") + archive(), Refusal.POLYGLOT),
    "zip around a jpeg": (JPEG, _zip_around_a_jpeg, Refusal.POLYGLOT),
    "page in a comment": (JPEG, lambda: encoded(plain(), "JPEG", comment=b"<Script>x</script>"), Refusal.POLYGLOT),
    "php in a text": (PNG, lambda: png_with_chunk(b"tEXt", b"a\0<?php system('id'); ?>"), Refusal.POLYGLOT),
    "pdf in an unknown chunk": (PNG, lambda: png_with_chunk(b"xxXx", b"%PDF-1.7 ..."), Refusal.POLYGLOT),
    "page behind a png": (PNG, lambda: encoded(plain(), "PNG") + b"<html></html>", Refusal.POLYGLOT),
    "wrong checksum": (PNG, lambda: encoded(plain(), "PNG").replace(b"IDAT", b"IDAU", 1), Refusal.DAMAGED),
    "png without a picture": (PNG, lambda: encoded(plain(), "PNG")[:33] + png_of_size(1, 1)[-12:], Refusal.DAMAGED),
    "png without its data": (PNG, lambda: png_of_size(1000, 1000), Refusal.TRUNCATED),
    "jpeg without a picture": (JPEG, lambda: b"\xff\xd8\xff\xd9", Refusal.DAMAGED),
    "jpeg of garbage": (JPEG, lambda: b"\xff\xd8\xff\xe0\x00\x04abgarbage", Refusal.DAMAGED),
    "webp without a picture": (WEBP, lambda: b"RIFF\x04\0\0\0WEBP", Refusal.DAMAGED),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_reason(name: str) -> None:
    declared, make, reason = HOSTILE[name]
    with pytest.raises(ImageRefusedError) as refused:
        render(make(), declared)
    assert refused.value.reason is reason, str(refused.value)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_no_damage_gets_out_as_anything_but_a_refusal(kind: str) -> None:
    content = encoded(noise(60, 40), kind)
    for position in range(0, len(content), max(1, len(content) // 150)):
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        for broken in (bytes(damaged), content[:position]):
            try:
                renditions = render(broken, ImageType(f"image/{kind.lower()}"))
            except ImageRefusedError:
                continue
            assert all(Image.open(io.BytesIO(file)).format == "WEBP" for file in renditions.values())


@pytest.mark.parametrize(
    ("content_type", "size", "reason"),
    [
        ("image/png", 0, Refusal.EMPTY),
        ("image/png", MAX_BYTES + 1, Refusal.TOO_LARGE),
        ("image/gif", 10, Refusal.TYPE_NOT_ALLOWED),
        ("image/svg+xml", 10, Refusal.TYPE_NOT_ALLOWED),
        ("application/octet-stream", 10, Refusal.TYPE_NOT_ALLOWED),
        ("", 10, Refusal.TYPE_NOT_ALLOWED),
        (None, 10, Refusal.TYPE_NOT_ALLOWED),
    ],
)
def test_properties_alone_are_enough_to_refuse(content_type: str | None, size: int, reason: Refusal) -> None:
    with pytest.raises(ImageRefusedError) as refused:
        check_declaration(content_type, size)
    assert refused.value.reason is reason


def test_a_declared_type_is_read_as_media_types_are() -> None:
    assert check_declaration("Image/JPEG; q=1", MAX_BYTES) is JPEG
