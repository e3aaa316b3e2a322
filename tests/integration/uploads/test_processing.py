"""What becomes of an upload, whatever happens at the same time and wherever it breaks off."""

import asyncio
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from shared.images.limits import MAX_BYTES, MAX_IMAGES, ImageType
from shared.images.processing import Outcome
from shared.images.storage import IMAGES, QUARANTINE, UPLOADS, ImageStorage
from tests.integration.uploads.world import ORIGIN, ImageWorld, name_of, renditions_of
from tests.pictures import archive, encoded, halves, plain


async def _nothing_left(world: ImageWorld) -> None:
    for container in (UPLOADS, IMAGES, QUARANTINE):
        assert await world.blobs(container) == [], container


async def test_a_picture_becomes_three_files_and_the_products_image(world: ImageWorld) -> None:
    product = await world.product()
    slot = await world.uploaded(product, encoded(halves(), "PNG"))
    assert await world.state(slot) == ("waiting", None)

    assert await world.process(slot) is Outcome.READY

    assert await world.state(slot) == ("ready", None)
    assert await world.blobs(IMAGES) == renditions_of(slot)
    assert await world.blobs(UPLOADS) == []
    [url] = await world.shown(product)
    assert url.endswith(f"/images/{name_of(slot)}/1200.webp")
    assert await world.events(product) == ["ready", "requested"]
    async with world.http.get(url) as answer:  # anyone may
        assert (answer.status, answer.headers["Content-Type"]) == (200, "image/webp")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        picture = Image.open(io.BytesIO(await answer.read()))
    assert (picture.format, picture.size) == ("WEBP", (1200, 900))


async def test_the_same_event_twice_changes_nothing(world: ImageWorld) -> None:
    product = await world.product()
    slot = await world.uploaded(product, encoded(plain(), "PNG"))
    outcomes = [await world.process(slot), await world.process(slot)]
    assert outcomes == [Outcome.READY, Outcome.GONE]
    assert len(await world.shown(product)) == 1
    assert await world.events(product) == ["ready", "requested"]


async def test_the_same_event_in_several_workers_at_once_makes_one_image(world: ImageWorld) -> None:
    product = await world.product()
    slot = await world.uploaded(product, encoded(plain(), "PNG"))
    outcomes = await asyncio.gather(*(world.processor().process(name_of(slot)) for _ in range(4)))
    assert set(outcomes) <= {Outcome.READY, Outcome.GONE, Outcome.DISCARDED}
    assert await world.state(slot) == ("ready", None)
    assert len(await world.shown(product)) == 1
    assert await world.events(product) == ["ready", "requested"]
    assert (await world.blobs(IMAGES), await world.blobs(UPLOADS)) == (renditions_of(slot), [])


async def test_several_images_at_once_are_all_shown(world: ImageWorld) -> None:
    product = await world.product()
    slots = [await world.uploaded(product, encoded(plain(40, 30), "PNG")) for _ in range(6)]
    await asyncio.gather(*(world.processor().process(name_of(slot)) for slot in slots))
    assert len(set(await world.shown(product))) == 6
    assert await world.events(product) == ["ready"] * 6 + ["requested"] * 6


async def test_an_admins_change_meanwhile_is_kept(world: ImageWorld) -> None:
    product = await world.product()
    slot = await world.uploaded(product, encoded(plain(), "PNG"))
    own = ["https://example.com/own.jpg"]
    outcome, _ = await asyncio.gather(world.process(slot), world.products.update(product, {"imageUrls": own}, ORIGIN))
    assert outcome is Outcome.READY
    assert (await world.shown(product))[0] == own[0]


@pytest.mark.parametrize(
    ("content", "declared", "reason"),
    [
        (lambda: encoded(plain(), "PNG") + archive(), ImageType.PNG, "polyglot"),
        (lambda: encoded(plain(), "GIF"), ImageType.PNG, "not-an-image"),
        (lambda: encoded(plain(), "PNG"), ImageType.JPEG, "type-mismatch"),
        (lambda: b"", ImageType.PNG, "empty"),
        (lambda: b"\0" * (MAX_BYTES + 1), ImageType.PNG, "too-large"),
    ],
    ids=["polyglot", "gif", "mismatch", "empty", "too large"],
)
async def test_a_refused_file_lies_in_quarantine_with_its_reason(
    world: ImageWorld, content: Callable[[], bytes], declared: ImageType, reason: str
) -> None:
    product, sent = await world.product(), content()
    slot = await world.uploaded(product, sent, declared)

    assert await world.process(slot) is Outcome.REFUSED

    assert await world.state(slot) == ("refused", reason)
    assert await world.events(product) == ["refused", "requested"]
    assert await world.shown(product) == []
    assert (await world.blobs(UPLOADS), await world.blobs(IMAGES)) == ([], [])
    assert await world.blobs(QUARANTINE) == [name_of(slot), f"{name_of(slot)}.json"]
    assert await world.read(QUARANTINE, name_of(slot)) == sent
    why = json.loads(await world.read(QUARANTINE, f"{name_of(slot)}.json"))
    assert (why["reason"], why["size"], why["declaredType"]) == (reason, len(sent), str(declared))
    async with world.http.get(world.storage.url("x", "y", 100).replace("/images/", "/quarantine/")) as answer:
        assert answer.status in {403, 404, 409}


async def test_a_type_that_isnt_taken_is_refused_unread(world: ImageWorld) -> None:
    slot = await world.slot(await world.product())
    assert await world.put(slot, encoded(plain(), "PNG"), **{"Content-Type": "text/html"}) == 201

    class Unreadable(ImageStorage):
        async def read(self, upload: Any) -> bytes | None:
            raise AssertionError("a byte was read")

    processor = world.processor(Unreadable(world.azure.blobs()))
    assert await processor.process(name_of(slot)) is Outcome.REFUSED
    assert await world.state(slot) == ("refused", "type-not-allowed")


async def test_a_second_upload_to_a_used_slot_is_removed_unread(world: ImageWorld) -> None:
    product = await world.product()
    slot = await world.uploaded(product, encoded(plain(), "PNG"))
    await world.process(slot)
    shown = await world.read(IMAGES, renditions_of(slot)[0])
    assert await world.put(slot, encoded(halves(), "PNG")) == 201, "the original was removed, and the URL still lasts"
    assert await world.process(slot) is Outcome.DISCARDED
    assert await world.blobs(UPLOADS) == []
    assert await world.read(IMAGES, renditions_of(slot)[0]) == shown
    assert len(await world.shown(product)) == 1


async def test_an_upload_cannot_be_overwritten(world: ImageWorld) -> None:
    slot = await world.uploaded(await world.product(), encoded(plain(), "PNG"))
    assert await world.put(slot, b"another") == 403


async def test_of_a_product_deleted_meanwhile_nothing_is_left(world: ImageWorld) -> None:
    product = await world.product()
    slot = await world.uploaded(product, encoded(plain(), "PNG"))
    await world.products.delete(product, ORIGIN)
    assert await world.process(slot) is Outcome.DISCARDED
    assert await world.state(slot) == ("refused", "product-deleted")
    assert await world.shown(product) == []
    await _nothing_left(world)


async def test_a_product_deleted_after_the_files_were_written_keeps_none(world: ImageWorld) -> None:
    product = await world.product()
    slot = await world.uploaded(product, encoded(plain(), "PNG"))

    class Deleting(ImageStorage):
        async def write_renditions(self, product_id: str, *rest: Any) -> None:
            await super().write_renditions(product_id, *rest)
            await world.products.delete(product_id, ORIGIN)

    assert await world.processor(Deleting(world.azure.blobs())).process(name_of(slot)) is Outcome.DISCARDED
    assert await world.state(slot) == ("refused", "product-deleted")
    await _nothing_left(world)


async def test_a_product_takes_so_many_images(world: ImageWorld) -> None:
    product = await world.product()
    slot = await world.uploaded(product, encoded(plain(), "PNG"))
    full = [f"https://example.com/{number}.jpg" for number in range(MAX_IMAGES)]
    await world.products.update(product, {"imageUrls": full}, ORIGIN)
    assert await world.process(slot) is Outcome.REFUSED
    assert await world.state(slot) == ("refused", "too-many-images")
    assert (await world.shown(product), await world.blobs(IMAGES)) == (full, [])


async def test_an_upload_into_the_archive_is_refused(world: ImageWorld) -> None:
    product = await world.product()
    slot = await world.slot(product)
    assert await world.put(slot, encoded(plain(), "PNG"), **{"x-ms-access-tier": "Archive"}) == 201
    assert await world.process(slot) is Outcome.REFUSED
    assert await world.state(slot) == ("refused", "archived")
    assert (await world.blobs(UPLOADS), await world.shown(product)) == ([], [])
    assert await world.blobs(QUARANTINE) == [f"{name_of(slot)}.json"]


async def test_a_snapshot_doesnt_keep_an_upload_alive(world: ImageWorld) -> None:
    slot = await world.uploaded(await world.product(), encoded(plain(), "PNG"))
    async with world.http.put(f"{slot.url}&comp=snapshot") as answer:
        assert answer.status == 201, "a permission to create includes this"
    assert await world.process(slot) is Outcome.READY
    assert await world.blobs(UPLOADS) == []


@pytest.mark.parametrize("name", ["nobody/knows", "x", "a/b/c"])
async def test_a_blob_without_a_slot_is_put_away(world: ImageWorld, name: str) -> None:
    await world.azure.blobs().get_blob_client(UPLOADS, name).upload_blob(encoded(plain(), "PNG"))
    assert await world.processor().process(name) is Outcome.REFUSED
    assert await world.blobs(QUARANTINE) == [name, f"{name}.json"]
    assert await world.blobs(UPLOADS) == []


class CrashError(Exception):
    """The worker ends here."""


def _crashing(step: str, *, after: bool) -> type[ImageStorage]:
    """A storage that breaks off before or after one of its steps."""

    async def broken(self: ImageStorage, *given: Any) -> Any:
        if after:
            await getattr(ImageStorage, step)(self, *given)
        raise CrashError

    return type("Crashing", (ImageStorage,), {step: broken})


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["read", "write_renditions", "remove_upload"])
async def test_a_crash_at_any_step_ends_in_one_image(world: ImageWorld, step: str, after: bool) -> None:
    product = await world.product()
    slot = await world.uploaded(product, encoded(plain(), "PNG"))
    with pytest.raises(CrashError):
        await world.processor(_crashing(step, after=after)(world.azure.blobs())).process(name_of(slot))
    await world.process(slot)
    assert await world.state(slot) == ("ready", None)
    assert await world.events(product) == ["ready", "requested"]
    assert len(await world.shown(product)) == 1
    assert (await world.blobs(IMAGES), await world.blobs(UPLOADS)) == (renditions_of(slot), [])


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["quarantine", "remove_renditions", "remove_upload"])
async def test_a_crash_at_any_step_of_a_refusal_ends_in_quarantine(world: ImageWorld, step: str, after: bool) -> None:
    product = await world.product()
    slot = await world.uploaded(product, b"no picture")
    await world.storage.write_renditions(product, slot.image.image_id, {100: b"half"})
    with pytest.raises(CrashError):
        await world.processor(_crashing(step, after=after)(world.azure.blobs())).process(name_of(slot))
    await world.process(slot)
    assert await world.state(slot) == ("refused", "not-an-image")
    assert await world.events(product) == ["refused", "requested"]
    assert await world.read(QUARANTINE, name_of(slot)) == b"no picture"
    assert await world.blobs(QUARANTINE) == [name_of(slot), f"{name_of(slot)}.json"]
    assert (await world.blobs(IMAGES), await world.blobs(UPLOADS)) == ([], [])
