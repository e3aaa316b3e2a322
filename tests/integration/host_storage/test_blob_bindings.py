"""Blob inputs, outputs and SDK types on the real host beside a real Azurite."""

import pytest
from azure.storage.blob.aio import BlobServiceClient, ContainerClient

from tests.integration.hosts import NOTE, Calls, Start
from tests.waiting import until_true

INPUTS = """
def shown(value):
    return repr(value.read() if hasattr(value, "read") else value)

@app.route("stream/{name}")
@app.blob_input("b", "%NAME%/{name}", "AzureWebJobsStorage")
def stream(req: func.HttpRequest, b: func.InputStream) -> str: return shown(b)

@app.route("bytes/{name}")
@app.blob_input("b", "%NAME%/{name}", "AzureWebJobsStorage")
def as_bytes(req: func.HttpRequest, b: bytes) -> str: return shown(b)

@app.route("str/{name}")
@app.blob_input("b", "%NAME%/{name}", "AzureWebJobsStorage")
def as_str(req: func.HttpRequest, b: str) -> str: return shown(b)
"""
SDK_TYPES = (
    "import azurefunctions.extensions.bindings.blob as blob\n"
    + NOTE
    + """
@app.blob_trigger("b", "%NAME%/{name}", "AzureWebJobsStorage")
def client(b: blob.BlobClient):
    note(["client", type(b).__module__, b.container_name, b.blob_name, b.download_blob().readall().decode()])

@app.blob_trigger("b", "%NAME%/{name}", "AzureWebJobsStorage")
async def downloader(b: blob.StorageStreamDownloader):
    note(["downloader", b.size, b.readall().decode()])

@app.route("list/{name}")
@app.blob_input("c", "%NAME%/{name}", "AzureWebJobsStorage")
def listed(req: func.HttpRequest, c: blob.ContainerClient) -> str:
    return ",".join(c.list_blob_names())

@app.route("missing")
@app.blob_input("b", "%NAME%/nowhere", "AzureWebJobsStorage")
def missing(req: func.HttpRequest, b: blob.BlobClient) -> str: return str(b.exists())
"""
)


async def test_inputs_keep_their_bytes_and_what_is_missing_is_none(
    start: Start, container: ContainerClient, settings: dict[str, str]
) -> None:
    await container.upload_blob("binary", b"\x00\xff\xfe")
    await container.upload_blob("text", "tä".encode())
    host = await start(INPUTS, settings=settings)
    assert await host.get("/api/stream/binary") == (200, repr(b"\x00\xff\xfe"))
    assert await host.get("/api/bytes/binary") == (200, repr(b"\x00\xff\xfe"))
    assert await host.get("/api/str/text") == (200, repr("tä"))
    for kind in ("stream", "bytes", "str"):
        assert await host.get(f"/api/{kind}/nowhere") == (200, "None")


async def test_the_real_hosts_decoding_of_inputs_may_be_switched_on(
    start: Start, container: ContainerClient, settings: dict[str, str]
) -> None:
    await container.upload_blob("binary", b"\x00\xff\xfe")
    host = await start(INPUTS, settings={**settings, "LOCALCLOUD_BLOB_INPUT_TEXT": "true"})
    assert await host.get("/api/bytes/binary") == (200, repr("\x00\ufffd\ufffd"))


@pytest.mark.parametrize(("kind", "value"), [("str", "tä"), ("bytes", b"\xff\x00"), ("InputStream", b"stream")])
async def test_outputs_write_over_what_is_there(
    start: Start, blobs: BlobServiceClient, settings: dict[str, str], kind: str, value: str | bytes
) -> None:
    annotation = {"str": "str", "bytes": "bytes", "InputStream": "func.InputStream"}[kind]
    made = f"__import__('io').BytesIO({value!r})" if kind == "InputStream" else repr(value)
    code = f"""
    @app.route("write/{{name}}")
    @app.blob_output("out", "%NAME%/made/{{name}}", "AzureWebJobsStorage")
    def write(req: func.HttpRequest, out: func.Out[{annotation}]) -> str:
        out.set({made})
        return "written"
    """
    host = await start(code, settings=settings)
    for _ in range(2):
        assert await host.get("/api/write/one.bin") == (200, "written")
    download = await blobs.get_blob_client(settings["NAME"], "made/one.bin").download_blob()
    assert await download.readall() == (value.encode() if isinstance(value, str) else value)


async def test_sdk_types_get_clients_of_the_real_sdk(
    start: Start, container: ContainerClient, calls: Calls, settings: dict[str, str]
) -> None:
    host = await start(SDK_TYPES, settings=settings)
    await container.upload_blob("dir/one", b"hello")
    await until_true(lambda: len(calls.all()) >= 2)
    assert sorted(calls.all()) == [
        ["client", "azure.storage.blob._blob_client", container.container_name, "dir/one", "hello"],
        ["downloader", 5, "hello"],
    ]
    assert await host.get("/api/list/x") == (200, "dir/one")
    assert await host.get("/api/missing") == (200, "False")


async def test_nothing_is_read_for_an_sdk_type(
    start: Start, container: ContainerClient, calls: Calls, settings: dict[str, str]
) -> None:
    """The blob is gone before the function looks: a host that had read it would have had its content."""
    code = (
        "import azurefunctions.extensions.bindings.blob as blob\n"
        + NOTE
        + "@app.blob_trigger('b', '%NAME%/{name}', 'AzureWebJobsStorage')\n"
        "def client(b: blob.BlobClient):\n"
        "    note(b.get_blob_properties().size)\n"
        "    b.delete_blob()\n"
        "    note(b.exists())\n"
    )
    await start(code, settings=settings)
    await container.upload_blob("one", b"hello")
    await until_true(lambda: len(calls.all()) >= 2)
    assert calls.all() == [5, False]
