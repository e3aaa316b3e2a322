from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from localcloud.identity.server import IdentityServer
from tests.integration.identity_environment import identity_environment


@pytest.fixture
async def identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[IdentityServer]:
    """A running identity server, and the process environment that points the Azure SDKs at it."""
    async with identity_environment(tmp_path, monkeypatch, "generated") as server:
        yield server
