"""Hosts for small real apps, each in a folder of its own."""

import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from localcloud.host.application import FunctionsHost
from localcloud.host.options import HostOptions

HEAD = "import azure.functions as func\napp = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)\n"
Start = Callable[..., Awaitable["RunningHost"]]


class RunningHost:
    """A started host, its log, and a client for it."""

    def __init__(self, host: FunctionsHost, log: list[str], session: aiohttp.ClientSession) -> None:
        self.host = host
        self.log = log
        self.session = session
        self.base = f"http://127.0.0.1:{host.port}"

    async def ask(self, method: str, path: str, **options: Any) -> tuple[int, str]:
        """Status and body of an answer."""
        async with self.session.request(method, self.base + path, **options) as answer:
            return answer.status, await answer.text()

    async def get(self, path: str, **options: Any) -> tuple[int, str]:
        return await self.ask("GET", path, **options)


def write_app(folder: Path, code: str, **files: str) -> Path:
    """Writes function_app.py (the usual head before it) and other files, e.g. `host_json="{}"`."""
    folder.mkdir(exist_ok=True)
    (folder / "function_app.py").write_text(HEAD + textwrap.dedent(code))
    for name, content in {"host_json": '{"version": "2.0"}', **files}.items():
        (folder / name.replace("_json", ".json").replace("local_settings", "local.settings")).write_text(content)
    return folder


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts a host for an app given as code; stops it after the test."""
    hosts: list[FunctionsHost] = []
    async with aiohttp.ClientSession() as session:

        async def starter(code: str = "", *, files: dict[str, str] | None = None, **options: Any) -> RunningHost:
            app = write_app(tmp_path / "app", code, **(files or {}))
            log: list[str] = []
            defaults = {"port": 0, "data_dir": tmp_path / "data", "log": log.append}
            host = FunctionsHost(HostOptions(app, **{**defaults, **options}))
            hosts.append(host)
            await host.start()
            return RunningHost(host, log, session)

        yield starter
        for host in hosts:
            await host.stop()
