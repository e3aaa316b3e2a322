"""The verbs `up` and `cloud`."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from localcloud.azurite.databases import AzuriteDamagedError
from localcloud.node.program import NodeMissingError
from localcloud.resources import ResourcesError
from localcloud.stopping import stop_requested
from localcloud.supervisor.datafolder import DataFolderError
from localcloud.supervisor.part import PartFailedError
from localcloud.supervisor.plan import STAND_INS, PartMissingError
from localcloud.supervisor.ports import PortInUseError, Ports
from localcloud.supervisor.provision import ProvisioningError
from localcloud.supervisor.ready import Ready
from localcloud.supervisor.supervisor import Supervisor, SupervisorOptions

_EXPECTED = (
    AzuriteDamagedError,
    NodeMissingError,
    ResourcesError,
    DataFolderError,
    PartFailedError,
    PartMissingError,
    PortInUseError,
    ProvisioningError,
)


def add_up_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `up`."""
    parser.add_argument("--app", type=Path, default=Path(), help="folder of the app (default: the current one)")
    parser.add_argument(
        "--port", type=int, default=Ports.host, help="the Functions host's port (default: 7071; 0: a free one)"
    )
    _add_common(parser)


def add_cloud_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `cloud`."""
    parser.add_argument("--only", metavar="PART[,PART]", help=f"some of {','.join(STAND_INS)}")
    _add_common(parser)


def run_up(args: argparse.Namespace) -> int:
    """Runs everything until Ctrl-C or SIGTERM: 0 then, 1 when it couldn't start (the reason is on stderr)."""
    ports = Ports.free() if args.free_ports else Ports.with_host(args.port)
    return _run(args, SupervisorOptions(args.app, args.data, ports), _up_text)


def run_cloud(args: argparse.Namespace) -> int:
    """Runs the stand-ins until Ctrl-C or SIGTERM; 2 for an unknown part, otherwise as `run_up`."""
    only = tuple(args.only.split(",")) if args.only else STAND_INS
    if unknown := set(only) - set(STAND_INS):
        sys.stderr.write(f"There is no part {', '.join(sorted(unknown))}; there are {', '.join(STAND_INS)}.\n")
        return 2
    ports = Ports.free() if args.free_ports else Ports()
    return _run(args, SupervisorOptions(None, args.data, ports, only), _cloud_text)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path(".localcloud"), help="data folder (default: .localcloud)")
    parser.add_argument("--resources", type=Path, help="resources file (default: infra/resources.json, if there)")
    parser.add_argument("--fresh", action="store_true", help="forget all data first")
    parser.add_argument("--free-ports", action="store_true", help="any free ports instead of the official ones")
    parser.add_argument("--ready-file", type=Path, help="JSON file to write once all is ready")
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("--quiet", action="store_true", help="print errors and restarts only")
    loudness.add_argument("--verbose", action="store_true", help="print what the stand-ins say, too")


def _run(args: argparse.Namespace, options: SupervisorOptions, text: Callable[[Ready], str]) -> int:
    chosen = replace(options, resources=args.resources, fresh=args.fresh, ready_file=args.ready_file)
    try:
        asyncio.run(_serve(Supervisor(chosen, _console(args).say), None if args.quiet else text))
    except _EXPECTED as error:
        sys.stderr.write(f"localcloud: {error}\n")
        return 1
    return 0


async def _serve(supervisor: Supervisor, text: Callable[[Ready], str] | None) -> None:
    stopped = stop_requested()
    since = time.monotonic()
    starting = asyncio.create_task(supervisor.start())
    stopping = asyncio.create_task(stopped.wait())
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if not starting.done():
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            return
        ready = starting.result()
        if text is not None:
            sys.stdout.write(f"Ready after {time.monotonic() - since:.1f} s. Ctrl-C stops.\n{text(ready)}\n")
            sys.stdout.flush()
        await stopping
    finally:
        stopping.cancel()
        await supervisor.stop()


def _up_text(ready: Ready) -> str:
    return ready.table()


def _cloud_text(ready: Ready) -> str:
    settings = "\n".join(f"  {name}={value}" for name, value in ready.settings.items())
    text = f"{ready.table()}\nSettings for `func start` (environment, or Values of local.settings.json):\n{settings}"
    return text + _stronger_than_the_file(ready.settings, os.environ)


def _stronger_than_the_file(settings: Mapping[str, str], environment: Mapping[str, str]) -> str:
    """A warning: `func start` prefers the environment to local.settings.json, and shells often set SSL_CERT_FILE."""
    names = [name for name, value in settings.items() if environment.get(name, value) != value]
    if not names:
        return ""
    return (
        f"\nThis environment has other values of {', '.join(names)}, which win over local.settings.json: "
        f"`unset {' '.join(names)}` before `func start`, or set them as above."
    )


def _console(args: argparse.Namespace) -> "_Console":
    shown = {"localcloud"} if args.quiet else {"localcloud", "host"}
    return _Console(shown | set(STAND_INS) if args.verbose else shown, args.data / "logs")


class _Console:
    """Keeps what each part says in a file of its own, and prints what the chosen ones say with the part's name."""

    def __init__(self, shown: set[str], folder: Path) -> None:
        self._shown, self._folder = shown, folder
        self._files: dict[str, TextIO] = {}

    def say(self, part: str, line: str) -> None:
        """One line of a part's output. The files begin anew with each start."""
        if part not in self._files:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._files[part] = (self._folder / f"{part}.log").open("w", encoding="utf-8", buffering=1)
        self._files[part].write(f"{line}\n")
        if part in self._shown:
            sys.stdout.write(f"[{part}] {line}\n")
            sys.stdout.flush()
