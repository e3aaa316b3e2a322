"""Pictures go in over HTTP and come out as renditions of the really running app; hostile files come to nothing."""

import asyncio
import io
from typing import Any

import aiohttp
import pytest
from PIL import Image

from localcloud.testing.app import App
from tests.integration.survival.shopfront import Shopfront
from tests.pictures import BLUE, GREEN, RED, archive, encoded, halves, plain, png_of_size, with_exif
from tests.waiting import until

SECONDS = 60


class Uploader:
    """An admin's client that uploads as curl does."""

    def __init__(self, shop: Shopfront, token: str, product: str) -> None:
        self.shop, self.token, self.product = shop, token, product
        self.path = f"/api/products/{product}/images"

    async def slot(self, content_type: str, size: int) -> dict[str, Any]:
        body = {"contentType": content_type, "size": size}
        return await self.shop.call("POST", self.path, self.token, json=body)

    async def put(self, slot: dict[str, Any], content: bytes) -> int:
        async with (
            aiohttp.ClientSession() as http,
            http.put(slot["uploadUrl"], data=content, headers=slot["headers"]) as answer,
        ):
            return answer.status

    async def uploaded(self, content: bytes, content_type: str) -> str:
        """The id of an image that is on its way."""
        slot = await self.slot(content_type, max(1, len(content)))
        assert await self.put(slot, content) == 201
        return str(slot["imageId"])

    async def images(self) -> dict[str, dict[str, Any]]:
        """What is known of the product's images, by id."""
        listed = await self.shop.call("GET", self.path, self.token)
        return {image["imageId"]: image for image in listed["images"]}

    async def settled(self, *image_ids: str) -> list[dict[str, Any]]:
        """The images once none of them waits."""

        async def look() -> list[dict[str, Any]]:
            images = await self.images()
            found = [images[image_id] for image_id in image_ids]
            return [] if any(image["state"] == "waiting" for image in found) else found

        return await until(look, SECONDS, "images that don't wait any more")

    async def shown(self) -> list[str]:
        answer = await self.shop.call("GET", f"/api/products/{self.product}")
        urls: list[str] = answer["product"]["imageUrls"]
        return urls


@pytest.fixture
async def uploader(app: App) -> Uploader:
    shop = Shopfront(app)
    token = await shop.admin()
    return Uploader(shop, token, await shop.product(token, 5))


async def _picture(url: str) -> Image.Image:
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, "image/webp")
        return Image.open(io.BytesIO(await answer.read()))


def _near(picture: Image.Image, place: tuple[int, int], colour: tuple[int, ...]) -> bool:
    found = picture.getpixel(place)
    assert isinstance(found, tuple)
    return max(abs(is_ - should) for is_, should in zip(found, colour, strict=True)) <= 6


async def test_pictures_of_every_type_end_up_in_the_shop(uploader: Uploader) -> None:
    exif = with_exif(6)
    files = [
        (encoded(halves(), "JPEG", exif=exif, quality=95), "image/jpeg"),
        (encoded(halves(), "PNG", exif=exif), "image/png"),
        (encoded(halves(), "WEBP", exif=exif, quality=95), "image/webp"),
    ]
    ids = await asyncio.gather(*(uploader.uploaded(*file) for file in files))
    images = await uploader.settled(*ids)

    assert [image["state"] for image in images] == ["ready"] * 3
    assert sorted(await uploader.shown()) == sorted(image["urls"]["1200"] for image in images)
    for image in images:
        for width, size in ((1200, (1200, 1600)), (400, (400, 533)), (100, (100, 133))):
            picture = await _picture(image["urls"][str(width)])
            assert (picture.format, picture.size, dict(picture.getexif())) == ("WEBP", size, {})
            assert _near(picture, (size[0] // 2, size[1] // 5), RED)
            assert _near(picture, (size[0] * 4 // 5, size[1] * 4 // 5), BLUE)
            assert _near(picture, (size[0] // 10, size[1] * 9 // 10), GREEN)


async def test_hostile_files_are_refused_and_dont_block_the_next(uploader: Uploader) -> None:
    good = encoded(plain(), "PNG")
    hostile = {
        "too-many-pixels": (png_of_size(50_000, 50_000), "image/png"),
        "polyglot": (good + archive(), "image/png"),
        "truncated": (good[: len(good) // 2], "image/png"),
        "not-an-image": (b"<script>alert(1)</script>", "image/jpeg"),
        "type-mismatch": (good, "image/webp"),
        "empty": (b"", "image/png"),
        "animated": (encoded(plain(), "WEBP", save_all=True, append_images=[halves(640, 480)]), "image/webp"),
    }
    ids = [await uploader.uploaded(*file) for file in hostile.values()]
    last = await uploader.uploaded(good, "image/png")
    images = await uploader.settled(*ids, last)
    assert [(image["state"], image.get("reason")) for image in images] == [
        *(("refused", reason) for reason in hostile),
        ("ready", None),
    ]
    assert await uploader.shown() == [images[-1]["urls"]["1200"]]


async def test_a_killed_worker_or_host_loses_no_upload(uploader: Uploader) -> None:
    process = uploader.shop.app.process
    ids = []
    for part in ("worker", "host"):  # Azurite itself writes its index every few seconds only
        ids += [await uploader.uploaded(encoded(halves(3000, 2000), "PNG"), "image/png") for _ in range(2)]
        await asyncio.to_thread(process.kill, part)
        await until(uploader.images, SECONDS, f"the app after {part} was killed")
    images = await uploader.settled(*ids)
    assert [image["state"] for image in images] == ["ready"] * len(ids)
    assert sorted(await uploader.shown()) == sorted(image["urls"]["1200"] for image in images)


async def test_what_a_slot_promises(uploader: Uploader) -> None:
    slot = await uploader.slot("image/jpeg", 1000)
    assert set(slot) >= {"uploadUrl", "headers", "imageId", "maxBytes", "expiresAt"}
    assert slot["maxBytes"] == 20 * 1024 * 1024
    assert slot["headers"] == {"x-ms-blob-type": "BlockBlob", "Content-Type": "image/jpeg"}
    assert await uploader.images() == {slot["imageId"]: {"imageId": slot["imageId"], "state": "waiting"}}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"contentType": "image/gif", "size": 10}, "/contentType"),
        ({"contentType": "image/png", "size": 0}, "/size"),
        ({"contentType": "image/png", "size": 20 * 1024 * 1024 + 1}, "/size"),
        ({"contentType": "image/png", "size": "10"}, "/size"),
        ({"contentType": "image/png"}, "/size"),
    ],
)
async def test_what_isnt_taken_is_said_before_anything_is_sent(
    uploader: Uploader, body: dict[str, Any], pointer: str
) -> None:
    headers = {"Authorization": f"Bearer {uploader.token}"}
    async with uploader.shop.app.http.post(uploader.path, json=body, headers=headers) as answer:
        problem = await answer.json(content_type=None)
    assert (answer.status, [found["pointer"] for found in problem["errors"]]) == (422, [pointer])
    assert await uploader.images() == {}


async def test_a_product_that_isnt_there_takes_no_image(uploader: Uploader) -> None:
    headers = {"Authorization": f"Bearer {uploader.token}"}
    body = {"contentType": "image/png", "size": 10}
    async with uploader.shop.app.http.post("/api/products/nothing/images", json=body, headers=headers) as answer:
        assert answer.status == 404


async def test_the_storage_is_among_what_the_app_needs(uploader: Uploader) -> None:
    answer = await uploader.shop.call("GET", "/api/health/ready")
    assert answer["checks"] == {"cosmosDb": "ok", "keyVault": "ok", "storage": "ok"}
