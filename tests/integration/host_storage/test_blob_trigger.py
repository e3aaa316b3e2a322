"""Blob triggers on the real host beside a real Azurite."""

import base64
import json

import pytest
from azure.storage.blob import ContentSettings
from azure.storage.blob.aio import BlobServiceClient, ContainerClient
from azure.storage.queue.aio import QueueServiceClient

from localcloud.host.triggers.storage import listening
from tests.integration.hosts import NOTE, Calls, Start
from tests.waiting import until, until_true

BLOB = (
    NOTE
    + """
@app.blob_trigger("b", "%NAME%/{path}", "AzureWebJobsStorage")
def seen(b: func.InputStream):
    {body}
"""
)


def app(body: str = "note([b.name, b.read().decode()])", path: str = "{name}") -> str:
    return BLOB.replace("{path}", path).replace("{body}", body)


async def poison(queues: QueueServiceClient, container: str) -> list[dict[str, str]]:
    """The messages about this container in the queue of blobs that were given up."""
    if not [one async for one in queues.list_queues("webjobs-blobtrigger-poison")]:
        return []
    messages = await queues.get_queue_client("webjobs-blobtrigger-poison").peek_messages(32)
    found = [json.loads(base64.b64decode(message.content or "")) for message in messages]
    return [message for message in found if message["ContainerName"] == container]


async def test_a_blob_reaches_the_function_with_what_the_real_host_says_of_it(
    start: Start, container: ContainerClient, calls: Calls, settings: dict[str, str]
) -> None:
    body = "note([b.name, b.read().hex(), b.length, b.uri, b.metadata, b.blob_properties])"
    content = b"hello \xc3\xa4 \xff"
    blob = await container.upload_blob(
        "d1/hello.txt",
        content,
        metadata={"m1": "v1", "M2": "v 2"},
        content_settings=ContentSettings(content_type="text/plain", content_language="en"),
    )
    await start(app(body, "{dir}/{name}.{ext}"), settings=settings)
    await until_true(calls.all)
    [[name, hexed, length, uri, metadata, properties]] = calls.all()
    assert name == f"{container.container_name}/d1/hello.txt"
    assert (bytes.fromhex(hexed), length, uri) == (content, len(content), blob.url)
    assert metadata == {"m1": "v1", "M2": "v 2"}
    etag = (await blob.get_blob_properties()).etag
    assert properties["ETag"] == etag == f'"{etag.strip(chr(34))}"'
    assert {"Length": 10, "ContentType": "text/plain", "ContentLanguage": "en", "CacheControl": None}.items() <= (
        properties.items()
    )
    assert {"BlobType": 2, "LeaseStatus": 2, "LeaseState": 1}.items() <= properties.items()
    assert properties["Created"].endswith("+00:00")


async def test_the_parts_of_its_path_may_be_used_by_other_bindings(
    start: Start, container: ContainerClient, blobs: BlobServiceClient, calls: Calls, settings: dict[str, str]
) -> None:
    code = NOTE + (
        '@app.blob_trigger("b", "%NAME%/in/{dir}/{name}.{ext}", "AzureWebJobsStorage")\n'
        '@app.blob_input("other", "%NAME%/{dir}.other", "AzureWebJobsStorage")\n'
        '@app.blob_output("out", "%NAME%-new/{name}-{ext}.out", "AzureWebJobsStorage")\n'
        "def copy(b: func.InputStream, other: bytes, out: func.Out[bytes]):\n"
        "    out.set(b.read() + (other or b'?'))\n"
        "    note('done')\n"
    )
    await container.upload_blob("d.other", b"\xff!")
    await container.upload_blob("elsewhere/d/x.txt", b"not for it")
    await container.upload_blob("in/d/x.y.txt", b"1")
    await start(code, settings=settings)

    async def written() -> bool:
        return await blobs.get_blob_client(f"{container.container_name}-new", "x.y-txt.out").exists()

    await until(written)
    download = await blobs.get_blob_client(f"{container.container_name}-new", "x.y-txt.out").download_blob()
    assert await download.readall() == b"1\xff!"
    assert calls.all() == ["done"]


async def test_an_upload_runs_the_function_and_a_new_version_runs_it_again(
    start: Start, container: ContainerClient, calls: Calls, settings: dict[str, str]
) -> None:
    await start(app(), settings=settings)
    path = f"{container.container_name}/a/b"
    for number in range(3):
        await container.upload_blob("a/b", f"v{number}".encode(), overwrite=True)
        await until_true(lambda: len(calls.all()) > number)  # noqa: B023 - awaited before the next round
    assert calls.all() == [[path, "v0"], [path, "v1"], [path, "v2"]]


async def test_a_blob_runs_once_also_after_a_restart_of_the_host(
    start: Start, container: ContainerClient, calls: Calls, settings: dict[str, str]
) -> None:
    first = await start(app(), settings=settings)
    await container.upload_blob("one", b"1")
    await until_true(calls.all)
    await first.host.stop()
    await container.upload_blob("two", b"2")
    await start(app(), settings=settings)
    await until_true(lambda: len(calls.all()) >= 2)
    await container.upload_blob("three", b"3")
    await until_true(lambda: len(calls.all()) >= 3)
    assert [text for _, text in calls.all()] == ["1", "2", "3"]


async def test_a_blob_that_always_fails_ends_in_the_poison_queue_and_blocks_nobody(
    start: Start, container: ContainerClient, queues: QueueServiceClient, calls: Calls, settings: dict[str, str]
) -> None:
    body = "text = b.read().decode()\n    note(text)\n    assert text != 'bad'"
    await start(app(body), settings=settings)
    bad = await container.upload_blob("bad", b"bad")
    await container.upload_blob("good", b"good")

    async def given_up() -> list[dict[str, str]]:
        return await poison(queues, container.container_name)

    [message] = await until(given_up)
    assert message == {
        "Type": "BlobTrigger",
        "FunctionId": "Host.Functions.seen",
        "BlobType": "BlockBlob",
        "ContainerName": container.container_name,
        "BlobName": "bad",
        "ETag": (await bad.get_blob_properties()).etag,
    }
    await until_true(lambda: "good" in calls.all())
    assert sorted(calls.all()) == ["bad"] * 5 + ["good"]


async def test_a_missing_container_is_that_functions_error_until_it_exists(
    start: Start, blobs: BlobServiceClient, calls: Calls, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "PATIENCE", 0.3)
    host = await start(app(), settings=settings)
    headers = {"x-functions-key": host.host.master_key}

    async def error() -> str:
        return (await host.get("/admin/functions/seen/status", headers=headers))[1].replace("{}", "")

    assert f"blob container '{settings['NAME']}'" in await until(error)
    container = await blobs.create_container(settings["NAME"])
    await container.upload_blob("one", b"1")
    await until_true(calls.all)

    async def well() -> bool:
        return not await error()

    assert await until(well)


async def test_bad_paths_are_that_functions_error(start: Start, settings: dict[str, str]) -> None:
    code = """
    @app.blob_trigger("b", "{container}/{name}", "AzureWebJobsStorage")
    def one(b: func.InputStream): pass
    @app.blob_trigger("b", "c/{name", "AzureWebJobsStorage")
    def two(b: func.InputStream): pass
    @app.route("three")
    @app.blob_input("b", "c", "AzureWebJobsStorage")
    def three(req: func.HttpRequest, b: bytes): pass
    """
    host = await start(code, settings=settings)
    for name, text in (("one", "Invalid blob trigger path"), ("two", "no partner"), ("three", "Invalid blob path")):
        answer = await host.get(f"/admin/functions/{name}/status", headers={"x-functions-key": host.host.master_key})
        assert text in answer[1]
