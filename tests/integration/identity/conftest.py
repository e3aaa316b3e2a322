from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from localcloud.identity.server import IdentityServer
from localcloud.testing.trust import trust


@pytest.fixture
async def identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[IdentityServer]:
    """A running identity server, and the process environment that points the Azure SDKs at it."""
    server = IdentityServer(tmp_path, secrets=["generated"])
    await server.start()
    trust(server.certificates.authority)
    for name, value in server.settings.items():
        monkeypatch.setenv(name, value)
    yield server
    await server.stop()
