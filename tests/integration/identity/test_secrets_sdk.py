"""The unmodified Azure SDK, sync and async, against the vault."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.identity import DefaultAzureCredential as SyncCredential
from azure.identity.aio import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient as SyncSecretClient
from azure.keyvault.secrets.aio import SecretClient

from localcloud.identity.server import IdentityServer


@pytest.fixture
async def secrets(identity: IdentityServer) -> AsyncIterator[SecretClient]:
    async with DefaultAzureCredential() as credential, SecretClient(identity.vault_url, credential) as client:
        yield client


async def test_the_sync_client_sets_and_gets(identity: IdentityServer) -> None:
    def talk() -> tuple[str | None, str | None]:
        with SyncCredential() as credential, SyncSecretClient(identity.vault_url, credential) as client:
            client.set_secret("greeting", "hello", content_type="text/plain", tags={"a": "b"})
            found = client.get_secret("Greeting")
            return found.value, found.properties.content_type

    assert await asyncio.to_thread(talk) == ("hello", "text/plain")


async def test_a_rotated_secret_keeps_its_old_versions(secrets: SecretClient) -> None:
    first = await secrets.set_secret("key", "one")
    second = await secrets.set_secret("key", "two")

    assert (await secrets.get_secret("key")).value == "two"
    assert (await secrets.get_secret("key", first.properties.version)).value == "one"
    versions = [item.version async for item in secrets.list_properties_of_secret_versions("key")]
    assert versions == [first.properties.version, second.properties.version]


async def test_a_disabled_version_is_not_given_out_but_listed(secrets: SecretClient) -> None:
    first = await secrets.set_secret("key", "one", expires_on=datetime(2030, 1, 1, tzinfo=UTC))
    version = first.properties.version
    assert version
    await secrets.update_secret_properties("key", version, enabled=False)

    with pytest.raises(HttpResponseError) as refused:
        await secrets.get_secret("key", version)
    assert refused.value.error
    assert (refused.value.status_code, refused.value.error.code) == (403, "Forbidden")
    listed = [item async for item in secrets.list_properties_of_secret_versions("key")]
    assert [(item.enabled, item.expires_on) for item in listed] == [(False, datetime(2030, 1, 1, tzinfo=UTC))]


async def test_unknown_secrets_and_versions_are_not_found(secrets: SecretClient) -> None:
    await secrets.set_secret("key", "one")
    for name, version in (("missing", None), ("key", "0" * 32)):
        with pytest.raises(ResourceNotFoundError) as refused:
            await secrets.get_secret(name, version)
        assert refused.value.error
        assert refused.value.error.code == "SecretNotFound"


async def test_lists_come_in_pages_without_values(secrets: SecretClient) -> None:
    for number in range(5):
        await secrets.set_secret(f"s{number}", "x")

    pages = secrets.list_properties_of_secrets(max_page_size=2).by_page()
    names = [[item.name async for item in page] async for page in pages]

    assert names == [["generated", "s0"], ["s1", "s2"], ["s3", "s4"]]


async def test_deleting_is_soft_and_blocks_the_name_until_purged(secrets: SecretClient) -> None:
    await secrets.set_secret("key", "one")
    await secrets.delete_secret("key")

    with pytest.raises(ResourceNotFoundError):
        await secrets.get_secret("key")
    with pytest.raises(ResourceExistsError, match="deleted but recoverable"):
        await secrets.set_secret("key", "two")
    assert [item.name async for item in secrets.list_deleted_secrets()] == ["key"]

    await secrets.recover_deleted_secret("key")
    assert (await secrets.get_secret("key")).value == "one"

    await secrets.delete_secret("key")
    await secrets.purge_deleted_secret("key")
    assert (await secrets.set_secret("key", "three")).value == "three"
    assert len([item async for item in secrets.list_properties_of_secret_versions("key")]) == 1


async def test_secrets_survive_a_restart_and_generated_ones_stay(identity: IdentityServer, tmp_path: Path) -> None:
    async def read() -> list[str | None]:
        async with DefaultAzureCredential() as credential, SecretClient(identity.vault_url, credential) as client:
            return [(await client.get_secret(name)).value for name in ("generated", "kept")]

    async with DefaultAzureCredential() as credential, SecretClient(identity.vault_url, credential) as client:
        await client.set_secret("kept", "value")
    before = await read()
    await identity.stop()
    await identity.start()

    assert await read() == before
    assert len(before[0] or "") == 64


async def test_localhost_cannot_pass_the_sdks_check_of_the_challenge(identity: IdentityServer) -> None:
    async with (
        DefaultAzureCredential() as credential,
        SecretClient(f"https://localhost:{identity.vault_port}", credential) as client,
    ):
        with pytest.raises(ValueError, match="does not match the requested domain"):
            await client.get_secret("generated")


async def test_a_wrong_identity_header_gets_no_token(identity: IdentityServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "wrong")
    async with DefaultAzureCredential() as credential, SecretClient(identity.vault_url, credential) as client:
        with pytest.raises(ClientAuthenticationError, match="IDENTITY_HEADER"):
            await client.get_secret("generated")


async def test_a_fresh_process_needs_nothing_but_its_environment(identity: IdentityServer) -> None:
    program = """
import asyncio
from azure.identity.aio import DefaultAzureCredential
from azure.keyvault.secrets.aio import SecretClient
async def main():
    async with DefaultAzureCredential() as credential, SecretClient(sys.argv[1], credential) as client:
        print((await client.get_secret("generated")).name)
import sys; asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, identity.vault_url, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert (process.returncode, output.decode().strip()) == (0, "generated")
