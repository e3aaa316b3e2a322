"""The fixture `cloud`: the stand-ins for Azure in the test's process, empty for every test."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from localcloud.cosmos.provision import provision
from localcloud.cosmos.reset import reset
from localcloud.cosmos.server import CosmosServer
from localcloud.identity.server import IdentityServer
from localcloud.resources import Resources, find_resources
from localcloud.servicebus.server import ServiceBusServer
from localcloud.supervisor.ports import Ports
from localcloud.supervisor.settings import connection_string_form, identity_form
from localcloud.testing.background import BackgroundLoop
from localcloud.testing.cloud_faults import CloudFaults
from localcloud.testing.shifted_clock import ShiftedClock
from localcloud.testing.trust import trust

_NEEDS_AZURITE = ("AzureWebJobsStorage", "Uploads")


class Cloud:
    """Cosmos DB, Service Bus, managed identity and Key Vault.

    Storage is not among them: Azurite runs under the fixture `app`.
    """

    def __init__(self, folder: Path, resources: Resources) -> None:
        self.clock = ShiftedClock()
        """The time of all servers; `cloud.clock.advance(timedelta(…))` lets documents and tokens expire."""
        self._resources = resources
        self._loop = BackgroundLoop()
        self.identity = IdentityServer(folder, secrets=resources.key_vault.secrets, clock=self.clock)
        tls = self.identity.certificates.server_context()
        self.cosmos = CosmosServer(folder, ssl_context=tls, clock=self.clock)
        self.service_bus = ServiceBusServer(
            folder, clock=self.clock, resources=resources.service_bus, admin_ssl_context=tls
        )
        self.faults = CloudFaults(self.cosmos.faults, self.service_bus.faults)
        """Injected faults, as context managers."""

    @property
    def settings(self) -> dict[str, str]:
        """What an app needs in its environment: the identity form, as `up` gives it."""
        return _without_storage(identity_form(self._ports, self.identity.settings))

    @property
    def connection_strings(self) -> dict[str, str]:
        """The same with connection strings, as in local.settings.json."""
        return _without_storage(connection_string_form(self._ports, self.identity.settings))

    def start(self) -> None:
        """Starts the servers on free ports and makes this process trust their certificate."""
        self._loop.run(self.identity.start())
        self._loop.run(self.cosmos.start())
        self._loop.run(self.service_bus.start())
        trust(self.identity.certificates.authority)
        self._loop.run(self._provision())

    def stop(self) -> None:
        """Stops everything."""
        self._loop.run(self.service_bus.stop())
        self._loop.run(self.cosmos.stop())
        self._loop.run(self.identity.stop())
        self._loop.close()

    def reset(self) -> None:
        """As after `start`: no documents, new secrets, no faults, the machine's time."""
        self.clock.reset()
        self.faults.clear()
        self._loop.run(self._empty())

    @property
    def _ports(self) -> Ports:
        return Ports(
            cosmos=self.cosmos.port,
            cosmos_tls=self.cosmos.tls_port or 0,
            servicebus=self.service_bus.port,
            identity=self.identity.port,
            vault=self.identity.vault_port,
        )

    async def _empty(self) -> None:
        await asyncio.gather(self.identity.reset(), reset(self.cosmos.store), self.service_bus.broker.reset())
        await self._provision()

    async def _provision(self) -> None:
        await provision(self.cosmos.store, self._resources.cosmos)


def _without_storage(settings: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in settings.items() if name not in _NEEDS_AZURITE}


@pytest.fixture(scope="session")
def cloud_resources(pytestconfig: pytest.Config) -> Resources:
    """What exists in the cloud: the project's infra/resources.json; override it for something else."""
    file = find_resources(None, pytestconfig.rootpath)
    return Resources.load(file) if file else Resources()


class Clouds:
    """The running clouds of a session: one for each description of resources that tests ask for."""

    def __init__(self, folder: Callable[[], Path]) -> None:
        self._folder = folder
        self._running: dict[str, Cloud] = {}

    def of(self, resources: Resources) -> Cloud:
        """The cloud with these resources; started when it is the first time."""
        key = resources.model_dump_json()
        if key not in self._running:
            started = Cloud(self._folder(), resources)
            started.start()
            self._running[key] = started
        return self._running[key]

    def stop(self) -> None:
        """Stops all of them."""
        for running in self._running.values():
            running.stop()


@pytest.fixture(scope="session")
def clouds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clouds]:
    """Servers, started once; a session fixture of its own, so that `cloud_resources` of one module reach only it."""
    running = Clouds(lambda: tmp_path_factory.mktemp("cloud"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def cloud_of_session(clouds: Clouds, cloud_resources: Resources) -> Cloud:
    """The servers, for fixtures that outlive a test; what earlier tests stored is still there."""
    return clouds.of(cloud_resources)


@pytest.fixture
def cloud(clouds: Clouds, cloud_resources: Resources) -> Iterator[Cloud]:
    """An empty cloud. It does not touch the environment: hand `cloud.settings` to what needs them."""
    running = clouds.of(cloud_resources)
    running.reset()
    yield running
    running.faults.clear()
