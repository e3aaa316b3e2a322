"""An upload URL creates exactly one blob, once, and nothing else; with the account's key and with a delegated one."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from azure.identity.aio import DefaultAzureCredential
from azure.storage.blob.aio import BlobServiceClient

from localcloud.testing.cloud import Cloud
from shared.images.upload_urls import UploadUrls
from shared.settings import SettingsError
from shared.time import utc_now
from tests.integration.host_storage.azurite import Azurite
from tests.integration.uploads.delegating import DelegatingAzurite

HEADERS = {"x-ms-blob-type": "BlockBlob", "Content-Type": "image/png"}


@pytest.fixture(params=["key", "identity"])
async def storage(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BlobServiceClient]:
    """The storage account: known by a connection string, or only to an identity."""
    azurite: Azurite = request.getfixturevalue("azurite" if request.param == "key" else "delegating")
    credential = None
    if request.param == "key":
        client = BlobServiceClient.from_connection_string(azurite.connection_string)
    else:
        assert isinstance(azurite, DelegatingAzurite)
        cloud: Cloud = request.getfixturevalue("cloud")
        for name, value in cloud.settings.items():
            monkeypatch.setenv(name, value)
        credential = DefaultAzureCredential()
        client = BlobServiceClient(azurite.endpoint, credential)
    async with client:
        container = client.get_container_client("uploads")
        if not await container.exists():
            await container.create_container()
        yield client
    if credential is not None:
        await credential.close()


async def _send(method: str, url: str, content: bytes | None = None, **headers: str) -> int:
    async with aiohttp.ClientSession() as http:
        sent = {**(HEADERS if content is not None else {}), **headers}
        async with http.request(method, url, data=content, headers=sent) as answer:
            return answer.status


def _in(minutes: int) -> datetime:
    return (utc_now() + timedelta(minutes=minutes)).replace(microsecond=0)


async def test_a_url_creates_its_blob_once_and_does_nothing_else(storage: BlobServiceClient) -> None:
    url = await UploadUrls(storage, utc_now).create_only("p1/once", _in(15))
    blob = storage.get_blob_client("uploads", "p1/once")
    assert await _send("PUT", url, b"first") == 201
    assert await _send("PUT", url, b"second") == 403
    for method in ("GET", "DELETE", "HEAD"):
        assert await _send(method, url) == 403, method
    assert await _send("PUT", url.replace("p1/once", "p1/another"), b"x") == 403
    assert await _send("PUT", url.replace("/uploads/p1/once", "/images/p1/once"), b"x") == 403
    assert await _send("PUT", url.replace("sp=c", "sp=cw"), b"x") == 403
    assert await (await blob.download_blob()).readall() == b"first"
    names = [found.name async for found in storage.get_container_client("uploads").list_blobs("p1/")]
    assert names == ["p1/once"]
    await blob.delete_blob()


async def test_a_url_ends(storage: BlobServiceClient) -> None:
    url = await UploadUrls(storage, utc_now).create_only("p1/late", _in(-1))
    assert await _send("PUT", url, b"x") == 403
    assert not await storage.get_blob_client("uploads", "p1/late").exists()


async def test_a_url_says_only_what_it_may(storage: BlobServiceClient, request: pytest.FixtureRequest) -> None:
    expires = _in(15)
    signed = parse_qs(urlsplit(await UploadUrls(storage, utc_now).create_only("p1/x", expires)).query)
    assert (signed["sp"], signed["sr"]) == (["c"], ["b"])
    assert signed["se"] == [expires.strftime("%Y-%m-%dT%H:%M:%SZ")]
    assert ("skoid" in signed) == ("identity" in request.node.name)


async def test_the_delegated_key_is_asked_for_once_in_hours(
    delegating: DelegatingAzurite, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in cloud.settings.items():
        monkeypatch.setenv(name, value)
    now = utc_now()
    async with DefaultAzureCredential() as credential, BlobServiceClient(delegating.endpoint, credential) as storage:
        urls, keys = UploadUrls(storage, lambda: now), []
        for minutes in (0, 100, 219, 221):
            now = utc_now() + timedelta(minutes=minutes)
            signed = parse_qs(urlsplit(await urls.create_only("p1/x", now + timedelta(minutes=15))).query)
            keys.append((signed["skt"], signed["ske"]))
    assert keys[0] == keys[1] == keys[2] != keys[3]


async def test_a_connection_string_without_a_key_is_named(azurite: Azurite) -> None:
    text = f"BlobEndpoint=http://127.0.0.1:{azurite.ports.blob}/devstoreaccount1;SharedAccessSignature=sv=1&sig=x"
    async with BlobServiceClient.from_connection_string(text) as storage:
        with pytest.raises(SettingsError, match="no AccountKey"):
            await UploadUrls(storage, utc_now).create_only("p1/x", _in(15))
