"""The app's image parts over the Cosmos DB stand-in and a real Azurite, each test with empty containers."""

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest

from localcloud.resources import Resources
from localcloud.supervisor.provision_storage import provision_storage
from localcloud.testing.cloud import Cloud
from shared.clients import clients, close_clients
from tests.integration.host_storage.azurite import Azurite
from tests.integration.uploads.delegating import DelegatingAzurite
from tests.integration.uploads.world import ImageWorld


@pytest.fixture(scope="package")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    running = Azurite(tmp_path_factory.mktemp("azurite"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def delegating(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DelegatingAzurite]:
    """Azurite that knows tokens; the process trusts its certificate."""
    running = DelegatingAzurite(tmp_path_factory.mktemp("azurite"), cloud.identity.certificates)
    running.start()
    yield running
    running.stop()


@pytest.fixture
async def world(
    cloud: Cloud, azurite: Azurite, cloud_resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[ImageWorld]:
    """The app's image parts; the storage is empty."""
    for name, value in {**cloud.settings, "Uploads": azurite.connection_string}.items():
        monkeypatch.setenv(name, value)
    await provision_storage(azurite.connection_string, cloud_resources.storage)
    async with aiohttp.ClientSession() as http:
        made = ImageWorld(clients(), http)
        await made.empty()
        yield made
    await close_clients()
