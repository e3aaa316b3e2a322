"""The app's messaging over the real stand-ins: Cosmos DB, and the broker with the entities of infra/resources.json."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from localcloud.servicebus.server import ServiceBusServer
from localcloud.testing.background import BackgroundLoop
from localcloud.testing.cloud import Cloud
from shared.clients import close_clients

T = TypeVar("T")
Within = Callable[[Coroutine[Any, Any, T]], T]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[ServiceBusServer]:
    """An empty broker in a loop of its own, so that verbs with an `asyncio.run` can talk to it."""
    loop = BackgroundLoop()
    resources = json.loads((ROOT / "infra/resources.json").read_text(encoding="utf-8"))
    running = ServiceBusServer(tmp_path / "bus", resources=resources)
    loop.run(running.start())
    yield running
    loop.run(running.stop())
    loop.close()


@pytest.fixture
def within(cloud: Cloud, broker: ServiceBusServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Within[Any]:
    """Runs something with the app's clients and closes them; the environment is the app's."""
    settings = {**cloud.settings, "BCRYPT_COST": "4", "MAIL_FOLDER": str(tmp_path / "mail")}
    for name, value in {**settings, "ServiceBus": broker.connection_string}.items():
        monkeypatch.setenv(name, value)

    def run(work: Coroutine[Any, Any, T]) -> T:
        async def closing() -> T:
            try:
                return await work
            finally:
                await close_clients()

        return asyncio.run(closing())

    return run
