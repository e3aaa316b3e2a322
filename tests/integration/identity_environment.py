"""A running identity server whose settings are the process environment, for tests of what uses the Azure SDKs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from localcloud.identity.server import IdentityServer
from localcloud.testing.trust import trust


@asynccontextmanager
async def identity_environment(
    folder: Path, environment: pytest.MonkeyPatch, secret: str
) -> AsyncIterator[IdentityServer]:
    """Managed identity and a vault that holds one generated secret, both trusted."""
    server = IdentityServer(folder, secrets=[secret])
    await server.start()
    trust(server.certificates.authority)
    for name, value in server.settings.items():
        environment.setenv(name, value)
    try:
        yield server
    finally:
        await server.stop()
