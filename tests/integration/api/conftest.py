"""The app on its host, in the test's process, over the real stand-ins; the host serves all tests of this folder."""

import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest

from localcloud.host.application import FunctionsHost
from localcloud.host.options import HostOptions
from localcloud.testing.background import BackgroundLoop
from localcloud.testing.cloud import Cloud
from ops.accounts import Account, ensure_account
from shared.accounts.user import Role
from shared.clients import close_clients
from shared.services import services
from tests.integration.api.client import ADMIN, CUSTOMER, PASSWORD, PRODUCT, Api
from tests.integration.api.database import Database

T = TypeVar("T")
ROOT = Path(__file__).parents[3]


class Served:
    """The app's host in a loop of its own, as in a worker process."""

    def __init__(self, options: HostOptions) -> None:
        self._loop = BackgroundLoop()
        self._host = FunctionsHost(options)
        self._loop.run(self._host.start())

    @property
    def url(self) -> str:
        """The host's address."""
        return f"http://127.0.0.1:{self._host.port}"

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs something beside the app's functions, with the app's own clients."""
        return self._loop.run(work)

    def stop(self) -> None:
        """Ends the host, then the app's clients."""
        self._loop.run(self._host.stop())
        self._loop.run(close_clients())
        self._loop.close()


@pytest.fixture(scope="package")
def served(cloud_of_session: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app's host, started once; the environment is the app's for as long. There is no storage."""
    settings = {**cloud_of_session.settings, "BCRYPT_COST": "4", "TASK_HUB": "Tests", "Uploads": ""}
    folder = tmp_path_factory.mktemp("host")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in settings.items():
            environment.setenv(name, value)
        environment.delitem(sys.modules, "function_app", raising=False)  # an app can be asked for its functions once
        options = HostOptions(ROOT, port=0, data_dir=folder, settings=settings, in_process=True, log=_quiet)
        served = Served(options)
        yield served
        served.stop()


def _quiet(line: str) -> None:
    """What the host logs is not looked at here."""


@pytest.fixture
async def api(cloud: Cloud, served: Served) -> AsyncIterator[Api]:
    """The app over an empty cloud."""
    async with aiohttp.ClientSession() as session:
        yield Api(served.url, session)


@pytest.fixture
def database(cloud: Cloud, served: Served) -> Database:
    """The database, read beside the app."""
    return Database(served.run)


@pytest.fixture
async def admin(api: Api, served: Served) -> str:
    """The token of an administrator."""

    async def create() -> None:
        await ensure_account(services(), Account(ADMIN, "Grace", PASSWORD, Role.ADMIN))

    served.run(create())
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
