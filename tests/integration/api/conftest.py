"""The app on its host, in the test's process, over the real stand-ins; a wiped database for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from api.services import services
from localcloud.host.application import FunctionsHost
from localcloud.host.options import HostOptions
from localcloud.testing.cloud import Cloud
from ops.accounts import Account, ensure_account
from shared.accounts.user import Role
from shared.clients import clients, close_clients
from tests.integration.api.client import ADMIN, CUSTOMER, PASSWORD, PRODUCT, Api
from tests.integration.api.database import Database

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def api(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    """The app, served over HTTP on a free port."""
    settings = {**cloud.settings, "BCRYPT_COST": "4", "TASK_HUB": "Tests"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    host = FunctionsHost(HostOptions(ROOT, port=0, data_dir=tmp_path, settings=settings, in_process=True, log=_quiet))
    await host.start()
    async with aiohttp.ClientSession() as session:
        yield Api(f"http://127.0.0.1:{host.port}", session)
    await host.stop()
    await close_clients()


def _quiet(line: str) -> None:
    """What the host logs is not looked at here."""


@pytest.fixture
async def database(api: Api) -> Database:
    """The database, read beside the app."""
    return Database(clients())


@pytest.fixture
async def admin(api: Api) -> str:
    """The token of an administrator."""
    await ensure_account(services(), Account(ADMIN, "Grace", PASSWORD, Role.ADMIN))
    return await api.token(ADMIN)


@pytest.fixture
async def customer(api: Api) -> str:
    """The token of a customer."""
    await api.register(CUSTOMER)
    return await api.token(CUSTOMER)


@pytest.fixture
async def product(api: Api, admin: str) -> str:
    """The id of a product with 10 pieces at 12.50."""
    return str((await api.call("POST", "products", PRODUCT, token=admin)).content["product"]["id"])


@pytest.fixture
async def dear_product(api: Api, admin: str) -> str:
    """The id of a product whose price is over the approval limit."""
    dear = {**PRODUCT, "price": 1000.01}
    return str((await api.call("POST", "products", dear, token=admin)).content["product"]["id"])
