"""The app's messaging over the real stand-ins: Cosmos DB, and the broker with the entities of infra/resources.json."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from localcloud.testing.cloud import Cloud
from shared.clients import close_clients

T = TypeVar("T")
Within = Callable[[Coroutine[Any, Any, T]], T]


@pytest.fixture
def within(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Within[Any]:
    """Runs something with the app's clients and closes them; the environment is the app's."""
    for name, value in {**cloud.settings, "BCRYPT_COST": "4", "MAIL_FOLDER": str(tmp_path / "mail")}.items():
        monkeypatch.setenv(name, value)

    def run(work: Coroutine[Any, Any, T]) -> T:
        async def closing() -> T:
            try:
                return await work
            finally:
                await close_clients()

        return asyncio.run(closing())

    return run
