"""The timer's job finds what was left behind, finishes or removes it, and says so."""

import base64
import json
from dataclasses import asdict
from datetime import timedelta

import pytest
from azure.core.exceptions import ResourceExistsError

from shared.images.orphans import OrphanReport
from shared.images.storage import IMAGES, QUARANTINE, UPLOADS
from tests.integration.uploads.world import LIFETIME, ORIGIN, ImageWorld, name_of, renditions_of
from tests.pictures import encoded, halves, plain

PNG = encoded(plain(), "PNG")


def _said(report: OrphanReport) -> dict[str, int]:
    return {name: count for name, count in asdict(report).items() if count}


async def _poison(world: ImageWorld, name: str, *, container: str = UPLOADS, plain_text: bool = False) -> None:
    try:
        await world.queue.create_queue()
    except ResourceExistsError:
        await world.queue.clear_messages()
    content = {"FunctionId": "Host.Functions.process_upload", "BlobType": "BlockBlob", "ETag": '"0x1"'}
    text = json.dumps({**content, "ContainerName": container, "BlobName": name})
    await world.queue.send_message(text if plain_text else base64.b64encode(text.encode()).decode())


async def _waiting_messages(world: ImageWorld) -> int:
    return len(await world.queue.peek_messages(10))


async def test_there_is_nothing_to_do(world: ImageWorld) -> None:
    slot = await world.uploaded(await world.product(), PNG)
    await world.process(slot)
    unused = await world.slot(await world.product())
    report = await world.look_after()
    assert (_said(report), str(report)) == ({}, "nothing to do")
    assert await world.state(unused) == ("waiting", None)


async def test_a_slot_that_was_never_used_ends(world: ImageWorld) -> None:
    product = await world.product()
    slot = await world.slot(product)
    world.shift = LIFETIME + timedelta(seconds=1)
    report = await world.look_after()
    assert (_said(report), str(report)) == ({"expired": 1}, "expired 1")
    assert await world.state(slot) == ("expired", None)
    assert await world.events(product) == ["expired", "requested"]
    assert _said(await world.look_after()) == {}


async def test_an_upload_that_was_begun_in_time_still_becomes_an_image(world: ImageWorld) -> None:
    product = await world.product()
    slot = await world.slot(product)
    world.shift = LIFETIME + timedelta(seconds=1)
    await world.look_after()
    assert await world.put(slot, PNG) == 201
    await world.process(slot)
    assert await world.state(slot) == ("ready", None)
    assert len(await world.shown(product)) == 1


async def test_an_upload_that_the_trigger_missed_is_finished(world: ImageWorld) -> None:
    product = await world.product()
    slot = await world.uploaded(product, PNG)
    await world.storage.write_renditions(product, slot.image.image_id, {100: b"half"})
    assert _said(await world.look_after(quiet=timedelta(minutes=5))) == {}, "it may still be under way"
    assert _said(await world.look_after()) == {"finished": 1}
    assert await world.state(slot) == ("ready", None)
    assert (await world.blobs(IMAGES), await world.blobs(UPLOADS)) == (renditions_of(slot), [])
    assert await world.read(IMAGES, renditions_of(slot)[0]) != b"half"


async def test_half_a_set_whose_upload_is_gone_is_removed(world: ImageWorld) -> None:
    product = await world.product()
    slot = await world.slot(product)
    await world.storage.write_renditions(product, slot.image.image_id, {100: b"half", 400: b"half"})
    world.shift = LIFETIME + timedelta(seconds=1)
    assert _said(await world.look_after()) == {"expired": 1, "removed": 2}
    assert await world.blobs(IMAGES) == []


async def test_files_of_an_upload_that_came_late_are_kept(world: ImageWorld) -> None:
    product = await world.product()
    slot = await world.slot(product)
    await world.storage.write_renditions(product, slot.image.image_id, {100: b"late"})
    past = world.now() - timedelta(minutes=1)
    assert await world.storage.remove_renditions(product, slot.image.image_id, before=past) == 0
    assert len(await world.blobs(IMAGES)) == 1


async def test_a_second_upload_to_a_used_slot_is_removed(world: ImageWorld) -> None:
    slot = await world.uploaded(await world.product(), PNG)
    await world.process(slot)
    await world.put(slot, encoded(halves(), "PNG"))
    assert _said(await world.look_after()) == {"discarded": 1}
    assert await world.blobs(UPLOADS) == []


async def test_images_of_a_deleted_product_are_removed_once(world: ImageWorld) -> None:
    product, other = await world.product(), await world.product()
    kept = await world.uploaded(other, PNG)
    for slot in (await world.uploaded(product, PNG), kept):
        await world.process(slot)
    left = await world.uploaded(product, PNG)
    await world.products.delete(product, ORIGIN)
    assert _said(await world.look_after()) == {"discarded": 1, "removed": 3, "cleared": 1}
    assert await world.state(left) == ("refused", "product-deleted")
    assert (await world.blobs(IMAGES), await world.blobs(UPLOADS)) == (renditions_of(kept), [])
    assert _said(await world.look_after()) == {}


@pytest.mark.parametrize("plain_text", [False, True], ids=["base64", "text"])
async def test_a_poisoned_upload_is_tried_once_more(world: ImageWorld, plain_text: bool) -> None:
    product = await world.product()
    slot = await world.uploaded(product, PNG)
    await _poison(world, name_of(slot), plain_text=plain_text)
    assert _said(await world.look_after()) == {"finished": 1, "poisoned": 1}
    assert await world.state(slot) == ("ready", None)
    assert await _waiting_messages(world) == 0


async def test_what_fails_again_and_again_goes_into_quarantine(world: ImageWorld) -> None:
    product = await world.product()
    slot = await world.uploaded(product, PNG)
    await world.storage.write_renditions(product, slot.image.image_id, {100: b"half"})
    await _poison(world, name_of(slot))
    for _ in range(3):  # runs in which the worker did not live
        async for message in world.queue.receive_messages(visibility_timeout=30):
            await world.queue.update_message(message, visibility_timeout=0)
            break
    assert _said(await world.look_after()) == {"refused": 1, "poisoned": 1}
    assert await world.state(slot) == ("refused", "processing-failed")
    assert await world.blobs(QUARANTINE) == [name_of(slot), f"{name_of(slot)}.json"]
    assert await world.blobs(IMAGES) == []
    assert await _waiting_messages(world) == 0


@pytest.mark.parametrize(("name", "container"), [("stock.csv", "imports"), ("", UPLOADS)])
async def test_messages_about_anything_else_stay(world: ImageWorld, name: str, container: str) -> None:
    await _poison(world, name, container=container)
    assert _said(await world.look_after()) == {}
    assert await _waiting_messages(world) == 1
    await world.queue.clear_messages()


async def test_one_failure_doesnt_keep_the_rest_from_being_done(world: ImageWorld) -> None:
    slot = await world.slot(await world.product())
    await world.queue.delete_queue() if await _exists(world) else None
    world.queue = world.azure.queues().get_queue_client("no queue has such a name")
    world.shift = LIFETIME + timedelta(seconds=1)
    report = await world.look_after()
    assert _said(report) == {"expired": 1, "failed": 1}
    assert await world.state(slot) == ("expired", None)


async def _exists(world: ImageWorld) -> bool:
    return [queue.name async for queue in world.azure.queues().list_queues()] != []
