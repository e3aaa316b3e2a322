"""`python -m localcloud host`: the Functions host alone, in the foreground."""

import argparse
import asyncio
import sys
from pathlib import Path

from localcloud.host.application import FunctionsHost
from localcloud.host.http.server import PortInUseError
from localcloud.host.keys import KeyFileError
from localcloud.host.options import HostOptions
from localcloud.host.settings import SettingsError
from localcloud.sqlite_file import StoreUnusableError
from localcloud.stopping import stop_requested


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the `host` verb."""
    parser.add_argument("--app", type=Path, default=Path(), help="folder of the app (default: the current one)")
    parser.add_argument("--port", type=int, help="port (default: Host.LocalHttpPort of local.settings.json, else 7071)")
    parser.add_argument("--data", type=Path, help="folder for keys and state (default: .localcloud in the app folder)")
    parser.add_argument("--enable-auth", action="store_true", help="check keys, as Azure does")


def run(args: argparse.Namespace) -> int:
    """Runs the host until Ctrl-C or SIGTERM. 0 when stopped so, 1 when it couldn't start (the reason is on stderr)."""
    options = HostOptions(args.app, port=args.port, data_dir=args.data, enable_auth=args.enable_auth)
    try:
        return asyncio.run(_serve(FunctionsHost(options)))
    except (PortInUseError, SettingsError, KeyFileError, StoreUnusableError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 0


async def _serve(host: FunctionsHost) -> int:
    stopped = stop_requested()
    starting, stopping = asyncio.create_task(host.start()), asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            await stopping
    finally:  # an app that hangs while it is imported must not keep anybody from stopping the host
        starting.cancel()
        stopping.cancel()
        await asyncio.gather(starting, stopping, return_exceptions=True)
        await host.stop()
    return 0
