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
from tests.pictures import archive, chunk, encoded, halves, noise, plain, png_of_size, png_with_chunk

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


def _before_the_end(content: bytes, hidden: bytes) -> bytes:
    """A JPEG with something behind its pixels, before its end marker: decoders skip it."""
    return content[:-2] + hidden + content[-2:]


def _behind_the_pixels(hidden: bytes) -> bytes:
    """The same of a PNG: one more chunk of pixels, which nobody decodes."""
    content = encoded(plain(), "PNG")
    return content[:-12] + chunk(b"IDAT", hidden) + content[-12:]


def _script_around_a_jpeg() -> bytes:
    """A JPEG that browsers run as a script: `/*` is the length of its first segment."""
    content = encoded(plain(), "JPEG")
    first = b"\xff\xe0/*" + content[6:20].ljust(0x2F2A - 2, b"\0")
    return content[:2] + first + b"\xff\xfe\0\x14*/=alert(1);/*    " + content[20:]


def _two_sizes_jpeg() -> bytes:
    """The second frame header, which is small, comes behind the pixels of a huge first one."""
    content = encoded(plain(16, 16), "JPEG")
    header = content[(start := content.index(b"\xff\xc0")) : start + 19]
    huge = header[:5] + b"\xff\0\xff\0" + header[9:]
    return _before_the_end(content.replace(header, huge), header)


def _two_sizes_png() -> bytes:
    content, huge = encoded(plain(16, 16), "PNG"), png_of_size(30_000, 30_000)
    return content[:8] + huge[8:33] + content[33:-12] + content[8:33] + content[-12:]


def _two_sizes_webp() -> bytes:
    body = _webp_of_size(16_000, 16_000)[12:] + encoded(plain(16, 16), "WEBP", lossless=True)[12:]
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + body


def _with_comments(count: int) -> bytes:
    content = encoded(plain(16, 16), "JPEG")
    return content[:2] + b"\xff\xfe\0\2" * count + content[2:]


def _text(content: bytes) -> bytes:
    return png_with_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(content))


def _many_texts() -> bytes:
    """Each is small enough."""
    content = encoded(plain(), "PNG")
    return content[:33] + chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 1_000_000)) * 60 + content[33:]


def _international_text(content: bytes) -> bytes:
    return png_with_chunk(b"iTXt", b"Comment\0\1\0en\0Kommentar\0" + zlib.compress(content))


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
    "bomb in an international text": (PNG, lambda: _international_text(b"a" * 5_000_000), Refusal.DECOMPRESSION_BOMB),
    "bomb of many texts": (PNG, _many_texts, Refusal.DECOMPRESSION_BOMB),
    "very many comments": (JPEG, lambda: _with_comments(100_000), Refusal.DECOMPRESSION_BOMB),
    "two sizes in a jpeg": (JPEG, _two_sizes_jpeg, Refusal.DAMAGED),
    "two sizes in a png": (PNG, _two_sizes_png, Refusal.DAMAGED),
    "two sizes in a webp": (WEBP, _two_sizes_webp, Refusal.DAMAGED),
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
    "zip behind a jpeg's pixels": (
        JPEG,
        lambda: _before_the_end(encoded(plain(), "JPEG"), archive()),
        Refusal.POLYGLOT,
    ),
    "page behind a jpeg's pixels": (
        JPEG,
        lambda: _before_the_end(encoded(plain(), "JPEG"), b"<html><body>"),
        Refusal.POLYGLOT,
    ),
    "zip behind a png's pixels": (PNG, lambda: _behind_the_pixels(archive()), Refusal.POLYGLOT),
    "script around a jpeg": (JPEG, _script_around_a_jpeg, Refusal.POLYGLOT),
    "php in a palette": (PNG, lambda: png_with_chunk(b"PLTE", b"<?php exec($_GET[0]);   "), Refusal.POLYGLOT),
    "php in a packed text": (PNG, lambda: _text(b"<?php system('id'); ?>"), Refusal.POLYGLOT),
    "page in a packed text": (PNG, lambda: _international_text(b"<script>x</script>"), Refusal.POLYGLOT),
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
