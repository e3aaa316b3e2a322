"""Starts everything in the right order, says where it is, keeps it running, stops it in the reverse order."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from localcloud.identity.certificates import ensure_certificates
from localcloud.resources import Resources, find_resources
from localcloud.supervisor import plan
from localcloud.supervisor.datafolder import DataFolder, DataFolderError
from localcloud.supervisor.part import Part
from localcloud.supervisor.ports import PortInUseError, Ports
from localcloud.supervisor.probes import read_keys
from localcloud.supervisor.provision import provision_cosmos
from localcloud.supervisor.ready import Ready, children_of
from localcloud.supervisor.settings import (
    connection_string_form,
    identity_form,
    identity_settings,
    of_parts,
    storage_connection,
)
from localcloud.supervisor.together import together
from localcloud.supervisor.watch import WatchedPart

_OTHER_NAMES = {
    "cosmos_tls": "cosmos",
    "servicebus_tls": "servicebus",
    "servicebus_admin": "servicebus",
    "vault": "identity",
    "blob": "azurite",
    "queue": "azurite",
    "table": "azurite",
}
_PATIENCE_WITH_PORTS = 3.0
"""Seconds; the parts of an `up` that was killed a moment ago are still letting go of their ports."""

_LOOK_AFTER_WORKERS = 0.2
"""Seconds."""


@dataclass(frozen=True)
class SupervisorOptions:
    """What to run and where."""

    app: Path | None
    """Folder of the app; None runs the stand-ins alone."""
    data: Path
    ports: Ports
    stand_ins: tuple[str, ...] = plan.STAND_INS
    resources: Path | None = None
    fresh: bool = False
    ready_file: Path | None = None


class Supervisor:
    """Everything that `up` or `cloud` runs. `say(part, line)` gets what the parts print and what happens to them."""

    def __init__(self, options: SupervisorOptions, say: Callable[[str, str], None]) -> None:
        self.options = options
        self._say = say
        self._folder = DataFolder(options.data)
        self._parts: dict[str, WatchedPart] = {}
        self._complete = False
        self._following: asyncio.Task[None] | None = None

    async def start(self) -> Ready:
        """Returns when all is ready. Raises an error whose text names cause and remedy; everything is stopped then."""
        try:
            return await self._start()
        except BaseException:  # cancelled, too: nothing stays half started
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stops the host first, then what it uses, and lets the data folder go."""
        self._complete = False
        if self._following is not None:
            self._following.cancel()
        host = self._parts.pop("host", None)
        if host is not None:
            await host.stop()
        await asyncio.gather(*(part.stop() for part in self._parts.values()))
        self._parts.clear()
        if self.options.ready_file is not None:
            with contextlib.suppress(OSError):  # it was never written where it can't be removed
                self.options.ready_file.unlink()
        self._folder.close()

    def ready(self) -> Ready:
        """Where everything is now."""
        pids: dict[str, int | list[int]] = {name: part.pid for name, part in self._parts.items()}
        if "host" in self._parts:
            pids["worker"] = self._workers()
        keys = read_keys(self._folder.path / "secrets") if "host" in self._parts else {}
        return Ready(self.options.ports, self.settings(), pids, keys)

    def settings(self) -> dict[str, str]:
        """What the app gets (with `app`), or what it may use of the stand-ins that run (without)."""
        ports, identity = self.options.ports, identity_settings(self.options.ports, self._folder.path)
        if self.options.app is not None:
            return identity_form(ports, identity)
        return of_parts(connection_string_form(ports, identity), self.options.stand_ins)

    async def _start(self) -> Ready:
        options = self.options
        file = find_resources(options.resources, options.app or Path())
        resources = Resources.load(file) if file else Resources()
        self._folder.open(fresh=options.fresh)
        await self._await_ports()
        ensure_certificates(self._folder.path / "certificates")
        parts = {name: plan.stand_in(name, self._folder.path, options.ports, file) for name in options.stand_ins}
        needed_at_once = [part for name, part in parts.items() if name != "azurite"]
        await together(
            self._start_app(needed_at_once, resources),
            self._start_storage([part for name, part in parts.items() if name == "azurite"], resources),
        )
        self._write_ready_file()
        self._complete = True
        self._following = asyncio.create_task(self._follow_workers())
        return self.ready()

    async def _start_app(self, stand_ins: Sequence[Part], resources: Resources) -> None:
        """The host needs identity and Cosmos DB at once. Azurite is slow to start and needed later, as on a bad day."""
        await self._launch(*stand_ins)
        options = self.options
        if "cosmos" in self._parts:
            await provision_cosmos(f"http://127.0.0.1:{options.ports.cosmos}", resources.cosmos)
        if options.app is not None:
            await self._launch(plan.host(options.app.resolve(), self._folder.path, options.ports, self.settings()))

    async def _start_storage(self, azurite: Sequence[Part], resources: Resources) -> None:
        await self._launch(*azurite)
        if azurite:
            # imported here: the SDKs would make the start of everything else wait
            from localcloud.supervisor.provision_storage import provision_storage  # noqa: PLC0415 - see above

            await provision_storage(storage_connection(self.options.ports), resources.storage)

    async def _launch(self, *parts: Part) -> None:
        """Starts parts side by side; the first failure counts."""
        for part in parts:
            self._parts[part.name] = WatchedPart(part, self._say, self._announce)
        await together(*(self._parts[part.name].start() for part in parts))

    async def _await_ports(self) -> None:
        started = set(self.options.stand_ins) | ({"host"} if self.options.app is not None else set())
        names = [name for name in vars(self.options.ports) if _OTHER_NAMES.get(name, name) in started]
        deadline = asyncio.get_running_loop().time() + _PATIENCE_WITH_PORTS
        while True:
            try:
                return self.options.ports.check(names)
            except PortInUseError:
                if asyncio.get_running_loop().time() > deadline:
                    raise
            await asyncio.sleep(0.1)

    async def _follow_workers(self) -> None:
        """The host replaces its workers by itself; the ready file follows."""
        known = self._workers()
        while True:
            await asyncio.sleep(_LOOK_AFTER_WORKERS)
            if (found := self._workers()) and found != known:
                known = found
                self._announce()

    def _workers(self) -> list[int]:
        return children_of(self._parts["host"].pid) if "host" in self._parts else []

    def _announce(self) -> None:
        """Rewrites the ready file while everything runs; what hinders that is said and ends nothing."""
        if self._complete:
            try:
                self._write_ready_file()
            except (DataFolderError, ValueError, KeyError) as error:
                self._say("localcloud", str(error))

    def _write_ready_file(self) -> None:
        file = self.options.ready_file
        try:
            if file is not None:
                self.ready().write(file)
        except OSError as error:
            raise DataFolderError(f"The ready file {file} can't be written: {error.strerror}.") from error
