"""A vault of its own for each test, and a clock that tests move."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.identity.aio import DefaultAzureCredential
from azure.keyvault.secrets.aio import SecretClient

from localcloud.clock import VirtualClock
from localcloud.identity.server import IdentityServer
from shared.auth.signing_keys import SigningKeys
from shared.auth.tokens import Tokens
from tests.integration.identity_environment import identity_environment

START = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = "jwt-signing-key"


@pytest.fixture
async def identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[IdentityServer]:
    """Managed identity and a vault that holds a generated signing key."""
    async with identity_environment(tmp_path, monkeypatch, SECRET) as server:
        yield server


@pytest.fixture
async def vault(identity: IdentityServer) -> AsyncIterator[SecretClient]:
    async with (
        DefaultAzureCredential() as credential,
        SecretClient(identity.vault_url, credential, retry_total=0) as client,  # a vault that is away is away at once
    ):
        yield client


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture
def keys(vault: SecretClient, clock: VirtualClock) -> SigningKeys:
    return SigningKeys(vault, SECRET, timedelta(minutes=5), clock.now)


@pytest.fixture
def tokens(keys: SigningKeys, clock: VirtualClock) -> Tokens:
    return Tokens(keys, issuer="shop", audience="shop", lifetime=timedelta(hours=24), now=clock.now)
