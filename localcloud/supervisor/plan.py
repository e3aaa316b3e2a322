"""Which parts there are and how each is started."""

import sys
from collections.abc import Mapping
from pathlib import Path

from localcloud.azurite.databases import check_databases
from localcloud.node.program import node_program
from localcloud.supervisor.part import Part
from localcloud.supervisor.ports import Ports
from localcloud.supervisor.probes import host_running, listening

_AZURITE_FOLDER = Path(__file__).parent.parent / "azurite"
_AZURITE = _AZURITE_FOLDER / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
_SAVE_FIRST = _AZURITE_FOLDER / "save_first.js"
STAND_INS = ("cosmos", "servicebus", "identity", "azurite")


class PartMissingError(Exception):
    """A part is not installed; the text says what to run."""


def stand_in(name: str, data: Path, ports: Ports, resources: Path | None) -> Part:
    """One of STAND_INS. Raises PartMissingError, NodeMissingError, AzuriteDamagedError."""
    build = {"cosmos": _cosmos, "servicebus": _servicebus, "identity": _identity, "azurite": _azurite}[name]
    return build(data, ports, resources)


def host(app: Path, data: Path, ports: Ports, settings: Mapping[str, str]) -> Part:
    """The Functions host, which checks keys as Azure does."""
    secrets = data / "secrets"
    command = _verb("host", "--app", app, "--port", ports.host, "--data", data, "--enable-auth")
    environment = {**settings, "FUNCTIONS_SECRETS_PATH": str(secrets)}
    return Part("host", command, host_running(ports.host, secrets), environment)


def _cosmos(data: Path, ports: Ports, _: Path | None) -> Part:
    command = _verb("cosmos", "--port", ports.cosmos, "--tls-port", ports.cosmos_tls, "--data", data)
    return Part("cosmos", command, listening(ports.cosmos, ports.cosmos_tls))


def _servicebus(data: Path, ports: Ports, resources: Path | None) -> Part:
    addresses = ("--port", ports.servicebus, "--tls-port", ports.servicebus_tls, "--admin-port", ports.servicebus_admin)
    named = ("--resources", str(resources)) if resources else ()
    command = (*_verb("servicebus", *addresses, "--data", data), *named)
    return Part("servicebus", command, listening(ports.servicebus, ports.servicebus_tls, ports.servicebus_admin))


def _identity(data: Path, ports: Ports, resources: Path | None) -> Part:
    command = _verb("identity", "--port", ports.identity, "--vault-port", ports.vault, "--data", data)
    named = ("--resources", str(resources)) if resources else ()
    return Part("identity", (*command, *named), listening(ports.identity, ports.vault))


def _azurite(data: Path, ports: Ports, _: Path | None) -> Part:
    if not _AZURITE.is_file():
        raise PartMissingError(
            "Azurite is not installed. Run `make setup`, or `python -m localcloud.node.install localcloud/azurite`."
        )
    check_databases(data / "azurite")
    address = "127.0.0.1"
    options = (
        *("--location", data / "azurite"),
        *("--blobHost", address, "--blobPort", ports.blob),
        *("--queueHost", address, "--queuePort", ports.queue),
        *("--tableHost", address, "--tablePort", ports.table),
        *("--silent", "--disableTelemetry", "--skipApiVersionCheck", "--loose"),
    )
    command = (str(node_program()), "--require", str(_SAVE_FIRST), str(_AZURITE), *(str(option) for option in options))
    return Part("azurite", command, listening(ports.blob, ports.queue, ports.table))


def _verb(*arguments: str | int | Path) -> tuple[str, ...]:
    return (sys.executable, "-m", "localcloud", *(str(argument) for argument in arguments))
