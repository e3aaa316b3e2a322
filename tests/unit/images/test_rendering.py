"""What comes out of good pictures: sizes, pixels, and nothing that was in the file besides."""

import io

import pytest
from PIL import Image

from shared.images.limits import ImageType
from shared.images.rendering import render
from tests.pictures import BLUE, GREEN, RED, encoded, halves, plain, wide_gamut_profile, with_exif

KINDS = {"JPEG": ImageType.JPEG, "PNG": ImageType.PNG, "WEBP": ImageType.WEBP}


def _rendered(content: bytes, declared: ImageType) -> dict[int, Image.Image]:
    found: dict[int, Image.Image] = {
        width: Image.open(io.BytesIO(file)) for width, file in render(content, declared).items()
    }
    assert {picture.format for picture in found.values()} == {"WEBP"}
    return found


def _assert_colour(picture: Image.Image, place: tuple[float, float], colour: tuple[int, ...]) -> None:
    """The colour at a place given in parts of the picture's size, as near as lossy files come."""
    found = picture.getpixel((int(picture.width * place[0]), int(picture.height * place[1])))
    assert isinstance(found, tuple)
    assert max(abs(is_ - should) for is_, should in zip(found, colour, strict=True)) <= 6, (found, colour)


@pytest.mark.parametrize("kind", KINDS)
def test_three_widths_of_the_same_picture(kind: str) -> None:
    renditions = _rendered(encoded(halves(), kind, quality=95), KINDS[kind])
    assert {width: picture.size for width, picture in renditions.items()} == {
        1200: (1200, 900),
        400: (400, 300),
        100: (100, 75),
    }
    for picture in renditions.values():
        assert picture.mode == "RGB"
        _assert_colour(picture, (0.2, 0.5), RED)
        _assert_colour(picture, (0.7, 0.2), BLUE)
        _assert_colour(picture, (0.9, 0.9), GREEN)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_rounding_doesnt_add_up(kind: str) -> None:
    renditions = _rendered(encoded(plain(4801, 3333), kind), KINDS[kind])
    assert [picture.size for picture in renditions.values()] == [(1200, 833), (400, 278), (100, 69)]


@pytest.mark.parametrize(("width", "sizes"), [(640, [640, 400, 100]), (300, [300, 300, 100]), (7, [7, 7, 7])])
def test_nothing_is_enlarged(width: int, sizes: list[int]) -> None:
    renditions = _rendered(encoded(plain(width, width), "PNG"), ImageType.PNG)
    assert [picture.size for picture in renditions.values()] == [(size, size) for size in sizes]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("orientation", "red", "green"),
    [
        (1, (0.2, 0.5), (0.9, 0.9)),
        (2, (0.8, 0.5), (0.1, 0.9)),
        (3, (0.8, 0.5), (0.1, 0.1)),
        (4, (0.2, 0.5), (0.9, 0.1)),
        (5, (0.5, 0.2), (0.9, 0.9)),
        (6, (0.5, 0.2), (0.1, 0.9)),
        (7, (0.5, 0.8), (0.1, 0.1)),
        (8, (0.5, 0.8), (0.9, 0.1)),
    ],
)
def test_the_orientation_is_applied(
    kind: str, orientation: int, red: tuple[float, float], green: tuple[float, float]
) -> None:
    content = encoded(halves(800, 600), kind, exif=with_exif(orientation), quality=95)
    picture = _rendered(content, KINDS[kind])[1200]
    assert picture.size == ((800, 600) if orientation < 5 else (600, 800))
    _assert_colour(picture, red, RED)
    _assert_colour(picture, green, GREEN)


@pytest.mark.parametrize("kind", KINDS)
def test_no_metadata_is_left(kind: str) -> None:
    profile = wide_gamut_profile()
    content = encoded(halves(), kind, exif=with_exif(1), icc_profile=profile, xmp=b"<x:xmpmeta>Secret</x:xmpmeta>")
    assert b"Secret Camera" in content
    for file in render(content, KINDS[kind]).values():
        assert b"Secret" not in file
        assert not {b"EXIF", b"XMP ", b"ICCP"} & {file[at : at + 4] for at in range(12, 64)}
        assert not Image.open(io.BytesIO(file)).getexif()


def test_colours_are_converted_to_srgb() -> None:
    content = encoded(plain(colour=(255, 0, 0)), "PNG", icc_profile=wide_gamut_profile())
    _assert_colour(_rendered(content, ImageType.PNG)[400], (0.5, 0.5), (0, 255, 0))


def test_a_profile_of_greys_doesnt_take_the_colours_away() -> None:
    profile = wide_gamut_profile().replace(b"RGB XYZ ", b"GRAYXYZ ", 1).replace(b"rTRC", b"kTRC", 1)
    content = encoded(plain(), "PNG", icc_profile=profile)
    _assert_colour(_rendered(content, ImageType.PNG)[400], (0.5, 0.5), RED)


def test_a_broken_profile_says_nothing() -> None:
    content = encoded(plain(), "PNG", icc_profile=b"not a profile")
    _assert_colour(_rendered(content, ImageType.PNG)[400], (0.5, 0.5), RED)


@pytest.mark.parametrize(
    ("picture", "kind", "mode", "colour"),
    [
        (plain(colour=(90,), mode="L"), "PNG", "RGB", (90, 90, 90)),
        (plain(colour=(1,), mode="1"), "PNG", "RGB", (255, 255, 255)),
        (plain(colour=(0x8000,), mode="I;16"), "PNG", "RGB", (128, 128, 128)),
        (plain().convert("P"), "PNG", "RGB", RED),
        (plain(colour=(90, 128), mode="LA"), "PNG", "RGBA", (90, 90, 90, 128)),
        (plain(5000, 40, (*GREEN, 128), "RGBA"), "PNG", "RGBA", (*GREEN, 128)),
        (plain(5000, 40, (*GREEN, 128), "RGBA"), "WEBP", "RGBA", (*GREEN, 128)),
        (plain(colour=(0, 255, 255, 0), mode="CMYK"), "JPEG", "RGB", (255, 0, 0)),
    ],
    ids=["grey", "bits", "16-bit", "palette", "grey-alpha", "alpha", "webp-alpha", "cmyk"],
)
def test_every_kind_of_pixel(picture: Image.Image, kind: str, mode: str, colour: tuple[int, ...]) -> None:
    rendition = _rendered(encoded(picture, kind), KINDS[kind])[400]
    assert rendition.mode == mode
    _assert_colour(rendition, (0.5, 0.5), colour)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_picture_keeps_its_pixels(kind: str) -> None:
    picture = _rendered(encoded(halves(6000, 4500), kind), KINDS[kind])[1200]
    assert picture.size == (1200, 900)
    for place, colour in (((0.49, 0.5), RED), ((0.51, 0.5), BLUE), ((0.76, 0.76), GREEN)):
        _assert_colour(picture, place, colour)


def test_what_webp_cannot_hold_is_made_shorter() -> None:
    renditions = _rendered(encoded(plain(10, 40_000), "PNG"), ImageType.PNG)
    assert [picture.size for picture in renditions.values()] == [(4, 16383)] * 3


@pytest.mark.parametrize("between", [0, 32_000])
def test_maps_behind_a_phones_picture_are_left_out(between: int) -> None:
    content = encoded(halves(), "MPO", save_all=True, append_images=[plain(100, 100)])
    second = content.rindex(b"\xff\xd8\xff")
    content = content[:second] + b"\0" * between + content[second:]
    _assert_colour(_rendered(content, ImageType.JPEG)[400], (0.2, 0.5), RED)
