"""The fixtures of tests that run small apps on a real host, each in a folder of its own."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from localcloud.host.application import FunctionsHost
from localcloud.host.options import HostOptions
from tests.integration.hosts import Calls, RunningHost, Start, write_app


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


@pytest.fixture
def calls(tmp_path: Path) -> Calls:
    """What the app's functions noted."""
    return Calls(tmp_path / "calls.jsonl")
