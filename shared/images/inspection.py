"""The checks of an upload's content that need no decoding."""

import re

from shared.images.formats import jpeg, png, webp
from shared.images.formats.layout import Layout
from shared.images.limits import MAX_BYTES, MAX_PIXELS, ImageType
from shared.images.refusal import ImageRefusedError, Refusal

_FOREIGN = re.compile(rb"<\?php|<script|<html|<!doctype|%PDF-|PK\x03\x04|PK\x05\x06|MZ\x90\x00|\x7fELF", re.IGNORECASE)
"""How other kinds of files begin, in metadata: what a browser, a server or an unpacker would take the file for."""
_HIDDEN = re.compile(
    rb"[<%PM\x7f](?:(?i:\?php[\s(]|script[\s>]|html[\s>]|!doctype[\s>])|DF-[12]\.|K\x03\x04[\n\x14-]\x00|Z\x90\x00\x03\x00"
    rb"|ELF[\x01\x02][\x01\x02]\x01)"
)
"""The same among coded pixels, which decoders skip over: with so many bytes that no picture has them by chance."""
_ZIP_END, _ZIP_ENTRY = b"PK\x05\x06", b"PK\x01\x02"
_LAYOUTS = {ImageType.JPEG: jpeg.layout, ImageType.PNG: png.layout, ImageType.WEBP: webp.layout}


def check_declaration(content_type: str | None, size: int, *, archived: bool = False) -> ImageType:
    """The declared type, if type, size (in bytes) and tier are fine. Needs only the blob's properties.

    Raises ImageRefusedError.
    """
    if size == 0:
        raise ImageRefusedError(Refusal.EMPTY, "The file is empty.")
    if size > MAX_BYTES:
        raise ImageRefusedError(Refusal.TOO_LARGE, f"The file has {size} bytes, {MAX_BYTES} at most are taken.")
    if archived:
        raise ImageRefusedError(Refusal.ARCHIVED, "It was put into the archive tier, where nothing can be read.")
    declared = (content_type or "").split(";")[0].strip().lower()
    try:
        return ImageType(declared)
    except ValueError:
        allowed = ", ".join(ImageType)
        text = f"The declared type is {declared or 'missing'}; one of {allowed} is taken."
        raise ImageRefusedError(Refusal.TYPE_NOT_ALLOWED, text) from None


def inspect(content: bytes, declared: ImageType) -> Layout:
    """The structure of an upload that may be decoded. Raises ImageRefusedError."""
    found = _type_of(content)
    if found is None:
        raise ImageRefusedError(Refusal.NOT_AN_IMAGE, "The content is neither JPEG nor PNG nor WebP.")
    if found is not declared:
        raise ImageRefusedError(Refusal.TYPE_MISMATCH, f"The file was declared as {declared} and is {found}.")
    layout = _LAYOUTS[found](content)
    _check_layout(layout)
    _check_single_purpose(content, layout)
    return layout


def _type_of(content: bytes) -> ImageType | None:
    if content.startswith(b"\xff\xd8\xff"):
        return ImageType.JPEG
    if content.startswith(png.SIGNATURE):
        return ImageType.PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return ImageType.WEBP
    return None


def _check_layout(layout: Layout) -> None:
    if layout.animated:
        raise ImageRefusedError(Refusal.ANIMATED, "The picture is animated.")
    pixels = layout.width * layout.height
    if pixels > MAX_PIXELS:
        text = f"The picture has {layout.width} x {layout.height} pixels, {MAX_PIXELS} at most are taken."
        raise ImageRefusedError(Refusal.TOO_MANY_PIXELS, text)


def _check_single_purpose(content: bytes, layout: Layout) -> None:
    rest = content[layout.end :]
    if rest.strip(b"\0"):  # some cameras fill up with zeros
        raise ImageRefusedError(Refusal.POLYGLOT, f"{len(rest)} bytes follow the picture's end.")
    foreign = any(_FOREIGN.search(part) for part in layout.metadata) or _HIDDEN.search(content)
    if foreign or _is_archive(content) or _is_script(content, layout):
        raise ImageRefusedError(Refusal.POLYGLOT, "The file holds a document, a program or an archive as well.")


def _is_archive(content: bytes) -> bool:
    """Whether an unpacker finds an archive's directory, or takes the rest of the picture for an archive's comment."""
    position = content.rfind(_ZIP_END)
    if position < 0:
        return False
    entries, comment = content[position + 12 : position + 16], content[position + 20 : position + 22]
    directory = position - int.from_bytes(entries, "little")
    ends = position + 22 + int.from_bytes(comment, "little") == len(content)
    return ends or (directory >= 0 and content.startswith(_ZIP_ENTRY, directory))


def _is_script(content: bytes, layout: Layout) -> bool:
    """Whether a browser can run the file: its first length field reads as the start of a comment that ends later."""
    return content[4:6] == b"/*" and any(b"*/" in part for part in layout.metadata)
