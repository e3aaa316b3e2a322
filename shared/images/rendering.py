"""From an uploaded picture to its renditions. The one module that imports Pillow; import it where images are processed.

Memory decides how: a JPEG is decoded at a fraction of its size, anything else is reduced strip by strip, so that a
second full-size copy never exists.
"""

import contextlib
import io
import math

from PIL import Image, ImageCms

from shared.images.formats.layout import damaged
from shared.images.inspection import inspect
from shared.images.limits import WIDTHS, ImageType
from shared.images.refusal import ImageRefusedError, Refusal

Image.MAX_IMAGE_PIXELS = None  # `inspect` has a lower limit, and checks it before Pillow sees the file

_TALLEST = 16383
"""What WebP can hold."""
_STRIP = 32
"""Rows of the reduced picture that are made at a time."""
_SIXTEEN_BITS = "I;16"
_GREY = ("1", "L", "LA", _SIXTEEN_BITS)
_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PROFILE_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}


def render(content: bytes, declared: ImageType) -> dict[int, bytes]:
    """WebP files by their width in WIDTHS: upright, sRGB, without any metadata. Raises ImageRefusedError.

    A picture narrower than a width keeps its size there. Takes seconds and much memory: call it in a thread, one at a
    time.
    """
    layout = inspect(content, declared)
    try:
        picture, upright_size = _decoded(content, declared, layout.size)
    except (MemoryError, ImageRefusedError):
        raise
    except Exception as error:  # decoders raise whatever they like
        raise _refusal(error) from error
    renditions = {}
    for width in WIDTHS:
        picture = _resized(picture, _size_at(width, upright_size))
        renditions[width] = _encoded(picture)
    return renditions


def _refusal(error: Exception) -> ImageRefusedError:
    text = str(error)
    if "truncated" in text:
        return ImageRefusedError(Refusal.TRUNCATED, "The file ends before the picture does.")
    if "too large" in text:
        return ImageRefusedError(Refusal.DECOMPRESSION_BOMB, "Compressed metadata becomes far too large.")
    return ImageRefusedError(Refusal.DAMAGED, f"The picture can't be decoded: {text or type(error).__name__}.")


def _decoded(content: bytes, declared: ImageType, size: tuple[int, int]) -> tuple[Image.Image, tuple[int, int]]:
    """The picture, upright and in sRGB, one to four times as large as the largest rendition; its own size, upright."""
    with Image.open(io.BytesIO(content), formats=[declared.removeprefix("image/").upper()]) as opened:
        if opened.size != size:  # the limit was checked for another picture than would be decoded
            raise damaged("it has two sizes")
        grey = opened.mode in _GREY
        orientation = _orientation(opened)
        upright_size = opened.size if orientation < 5 else (opened.height, opened.width)
        shrink = max(upright_size[0] / WIDTHS[0], upright_size[1] / _TALLEST)
        profile = opened.info.get("icc_profile")
        full_width = opened.size[0]
        if shrink > 1:
            opened.draft(None, (math.ceil(opened.size[0] / shrink), math.ceil(opened.size[1] / shrink)))
        remaining = shrink * opened.size[0] / full_width
        picture = _reduced(opened, max(1, int(remaining / 2)))
    if orientation in _UPRIGHT:
        picture = picture.transpose(_UPRIGHT[orientation])
    return _in_srgb(picture, profile, grey=grey), upright_size


def _orientation(opened: Image.Image) -> int:
    """The EXIF orientation; 1 (upright) when there is none or it can't be read."""
    with contextlib.suppress(Exception):  # EXIF is optional, and often broken
        found = opened.getexif().get(_ORIENTATION_TAG)
        if isinstance(found, int) and found in _UPRIGHT:
            return found
    return 1


def _working_mode(opened: Image.Image) -> str:
    if opened.mode == _SIXTEEN_BITS:
        return "L"
    if opened.has_transparency_data:
        return "RGBA"
    return opened.mode if opened.mode in ("L", "RGB", "CMYK") else "RGB"


def _converted(picture: Image.Image, mode: str) -> Image.Image:
    if picture.mode == _SIXTEEN_BITS:  # `convert` would cut the values off instead of scaling them
        return picture.point(lambda value: value * (1 / 256)).convert(mode)
    return picture.convert(mode)


def _reduced(opened: Image.Image, factor: int) -> Image.Image:
    """The picture in its working mode and 1/factor of its size: the mean of each factor x factor square."""
    mode = _working_mode(opened)
    opened.load()
    if factor == 1:
        return _converted(opened, mode)
    width, height = opened.size
    reduced = Image.new(mode, (math.ceil(width / factor), math.ceil(height / factor)))
    for top in range(0, height, _STRIP * factor):
        strip = opened.crop((0, top, width, min(top + _STRIP * factor, height)))
        reduced.paste(_converted(strip, mode).reduce(factor), (0, top // factor))
    return reduced


def _in_srgb(picture: Image.Image, profile: bytes | None, *, grey: bool) -> Image.Image:
    """The picture as RGB or RGBA; its colours are converted when it has a usable profile, else taken as sRGB."""
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    converted = None
    if profile:
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):  # a broken profile says nothing
            converted = _by_profile(picture, profile, grey=grey)
    converted = converted or picture.convert("RGB")
    if alpha is not None:
        converted.putalpha(alpha)
    return converted


def _by_profile(picture: Image.Image, profile: bytes, *, grey: bool) -> Image.Image | None:
    """The picture converted, or None when the profile is for another kind of picture."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    mode = _PROFILE_MODES.get(source.profile.xcolor_space.strip())
    if mode is None or (mode == "CMYK") != (picture.mode == "CMYK") or (mode == "L" and not grey):
        return None
    srgb = ImageCms.createProfile("sRGB")
    intent = ImageCms.Intent.PERCEPTUAL
    return ImageCms.profileToProfile(picture.convert(mode), source, srgb, renderingIntent=intent, outputMode="RGB")


def _size_at(width: int, size: tuple[int, int]) -> tuple[int, int]:
    """What a picture of this size becomes at a width."""
    scale = min(1, width / size[0], _TALLEST / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _resized(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    return picture if picture.size == size else picture.resize(size, Image.Resampling.LANCZOS)


def _encoded(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    bare = picture.copy()
    bare.info.clear()  # profiles and the like would be written along
    bare.save(target, "WEBP", quality=82, method=4, exif=b"", icc_profile=b"", xmp=b"")
    return target.getvalue()
