"""The fixtures `app_dir`, `app_settings` and `app`: the function app under test, really running."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import aiohttp
import pytest

from localcloud.testing.app_process import AppProcess
from localcloud.testing.durable_client import DurableClient


class App:
    """The running app, an HTTP client for it, and the power to kill its parts.

    Parts: host, worker, cosmos, servicebus, identity, azurite.
    """

    def __init__(self, process: AppProcess, http: aiohttp.ClientSession) -> None:
        self.process = process
        self.http = http
        """Relative URLs lead to the host: `app.http.get("/api/…")`."""

    @property
    def url(self) -> str:
        """The host's address, without a trailing slash."""
        return str(self.process.ready["host"])

    @property
    def settings(self) -> Mapping[str, str]:
        """Every setting that the app got."""
        found: dict[str, str] = self.process.ready["settings"]
        return found

    @property
    def durable(self) -> DurableClient:
        """The durable HTTP API."""
        return DurableClient(self.http, self.url, str(self.process.ready["durableKey"]))

    async def kill(self, part: str) -> None:
        """Kills a part with SIGKILL; it is restarted meanwhile."""
        await asyncio.to_thread(self.process.kill, part)

    async def restart(self, part: str) -> None:
        """Kills a part and returns when it is back."""
        await asyncio.to_thread(self.process.restart, part)


@pytest.fixture(scope="session")
def app_dir(pytestconfig: pytest.Config) -> Path:
    """Folder of the app; override it for another one than the project's own."""
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def app_settings() -> Mapping[str, str]:
    """Settings over those that localcloud gives; override it, e.g. for cheap password hashes."""
    return {}


@pytest.fixture(scope="session")
def app_process(
    app_dir: Path, app_settings: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AppProcess]:
    """One running app for the whole session."""
    process = AppProcess(app_dir, tmp_path_factory.mktemp("app"), app_settings)
    process.start()
    yield process
    process.stop()


@pytest.fixture
async def app(app_process: AppProcess) -> AsyncIterator[App]:
    """The session's app; data of earlier tests is still there."""
    async with aiohttp.ClientSession(app_process.ready["host"]) as http:
        yield App(app_process, http)
