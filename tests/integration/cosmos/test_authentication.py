"""Key and token, http and https, sync and aio, as an app uses them."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ServiceRequestError
from azure.cosmos import CosmosClient as SyncClient
from azure.cosmos import PartitionKey
from azure.cosmos.aio import CosmosClient
from azure.cosmos.exceptions import CosmosHttpResponseError

from localcloud.cosmos.server import CosmosServer
from localcloud.identity.certificates import ensure_certificates
from localcloud.identity.tokens import issue
from localcloud.wellknown import COSMOS_KEY


class Tokens:
    """A credential for both clients, whose tokens are for `audience` or for whatever scope is asked."""

    def __init__(self, audience: str | None = None) -> None:
        self.audience = audience

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        audience = self.audience or scopes[0].removesuffix("/.default")
        return AccessToken(issue(audience, datetime.now(UTC)), int(time.time()) + 3600)


class AioTokens(Tokens):
    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # type: ignore[override]  # the aio form
        return super().get_token(*scopes, **options)

    async def close(self) -> None: ...

    async def __aenter__(self) -> "AioTokens":
        return self

    async def __aexit__(self, *_: object) -> None: ...


@pytest.fixture
async def secure(tmp_path: Path) -> AsyncIterator[CosmosServer]:
    """Serves http and https; holds shop/items with one item."""
    context = ensure_certificates(tmp_path / "certificates").server_context()
    server = CosmosServer(tmp_path, tls_port=0, ssl_context=context)
    await server.start()
    async with CosmosClient(f"https://localhost:{server.tls_port}", COSMOS_KEY) as client:
        database = await client.create_database("shop")
        items = await database.create_container("items", PartitionKey("/pk"))
        await items.create_item({"id": "1", "pk": "a"})
    yield server
    await server.stop()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_a_token_reads_and_writes_items(secure: CosmosServer, host: str) -> None:
    async with CosmosClient(f"https://{host}:{secure.tls_port}", AioTokens()) as client:
        items = client.get_database_client("shop").get_container_client("items")
        assert (await items.read_item("1", "a"))["id"] == "1"
        await items.upsert_item({"id": "2", "pk": "a"})
        counted: list[Any] = [found async for found in items.query_items("SELECT VALUE COUNT(1) FROM c")]
        assert counted == [2]


async def test_a_token_does_not_create_what_only_the_control_plane_may(secure: CosmosServer) -> None:
    async with CosmosClient(f"https://localhost:{secure.tls_port}", AioTokens()) as client:
        database = client.get_database_client("shop")
        for refused in (
            lambda: client.create_database_if_not_exists("other"),
            lambda: database.create_container_if_not_exists("other", PartitionKey("/pk")),
            lambda: database.delete_container("items"),
            lambda: client.delete_database("shop"),
        ):
            with pytest.raises(CosmosHttpResponseError) as raised:
                await refused()
            assert (raised.value.status_code, raised.value.sub_status) == (403, 5300)
    assert list(secure.store.databases) == ["shop"]
    assert list(secure.store.databases["shop"].containers) == ["items"]


async def test_a_token_for_something_else_is_a_401(secure: CosmosServer) -> None:
    client = CosmosClient(f"https://localhost:{secure.tls_port}", AioTokens("https://vault.azure.net"))
    with pytest.raises(CosmosHttpResponseError) as raised:
        await client.__aenter__()
    await client.close()
    assert raised.value.status_code == 401


async def test_tokens_over_http_are_the_sdks_to_refuse(secure: CosmosServer) -> None:
    client = CosmosClient(f"http://localhost:{secure.port}", AioTokens())
    with pytest.raises(ServiceRequestError, match="not permitted for non-TLS"):
        await client.__aenter__()
    await client.close()


async def test_a_wrong_key_is_met_at_the_start(secure: CosmosServer) -> None:
    client = CosmosClient(f"http://localhost:{secure.port}", "d3Jvbmc=")
    with pytest.raises(CosmosHttpResponseError, match="The wrong key is being used") as raised:
        await client.__aenter__()
    await client.close()
    assert raised.value.status_code == 401


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")  # the SDK never verifies localhost
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_the_sync_client(secure: CosmosServer, scheme: str) -> None:
    port = secure.port if scheme == "http" else secure.tls_port
    credential = COSMOS_KEY if scheme == "http" else Tokens()

    def run() -> tuple[str, int]:
        with SyncClient(f"{scheme}://localhost:{port}", credential) as client:
            items = client.get_database_client("shop").get_container_client("items")
            found = items.read_item("1", "a")
            changed = items.patch_item("1", "a", [{"op": "incr", "path": "/n", "value": 1}])
            return found["id"], changed["n"]

    assert await asyncio.to_thread(run) == ("1", 1)


async def test_a_moved_clock_locks_nobody_out(secure: CosmosServer) -> None:
    secure.store.advance(timedelta(days=30))
    async with CosmosClient(f"https://localhost:{secure.tls_port}", AioTokens()) as client:
        items = client.get_database_client("shop").get_container_client("items")
        assert (await items.read_item("1", "a"))["id"] == "1"
