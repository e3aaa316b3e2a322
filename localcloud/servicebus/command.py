"""`python -m localcloud servicebus`: the stand-in for Service Bus alone, in the foreground."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

import orjson

from localcloud.identity.certificates import chosen_context
from localcloud.servicebus.broker.definitions import DefinitionError
from localcloud.servicebus.server import ServiceBusServer
from localcloud.sqlite_file import StoreUnusableError
from localcloud.stopping import serve

DEFAULT_PORT = 5672
DEFAULT_ADMIN_PORT = 5300


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the `servicebus` verb."""
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"AMQP; 0: any (default: {DEFAULT_PORT})")
    parser.add_argument("--tls-port", type=int, help="AMQP over TLS as well; 0: any (default: none; clients use 5671)")
    parser.add_argument(
        "--admin-port",
        type=int,
        default=DEFAULT_ADMIN_PORT,
        help=f"administration, HTTP and HTTPS; 0: any (default: {DEFAULT_ADMIN_PORT})",
    )
    parser.add_argument("--cert", type=Path, help="certificate for TLS (default: localcloud's own)")
    parser.add_argument("--key", type=Path, help="private key of --cert")
    parser.add_argument("--data", type=Path, default=Path(".localcloud"), help="data folder (default: .localcloud)")
    parser.add_argument("--resources", type=Path, help="entities: a resources file or the emulator's Config.json")
    parser.add_argument("--check-sas", action="store_true", help="refuse SAS tokens not signed with the known key")


def run(args: argparse.Namespace) -> int:
    """Serves until Ctrl-C or SIGTERM. 0 when stopped so, 1 when it couldn't start (the reason is on stderr)."""
    try:
        context, resources = chosen_context(args.cert, args.key, args.data), _resources(args.resources)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"The certificate or the resources can't be used: {error}.\n")
        return 1
    server = ServiceBusServer(
        args.data,
        port=args.port,
        tls_port=args.tls_port,
        admin_port=args.admin_port,
        ssl_context=context if args.tls_port is not None else None,
        admin_ssl_context=context,
        resources=resources,
        checks_sas=args.check_sas,
    )
    try:
        asyncio.run(serve(server, lambda: _announcement(server)))
    except (StoreUnusableError, DefinitionError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"A port can't be used: {error}. Choose others with --port, --tls-port and --admin-port.\n")
        return 1
    return 0


def _resources(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    found: dict[str, Any] = orjson.loads(path.read_bytes())
    return found


def _announcement(server: ServiceBusServer) -> str:
    secure = f", TLS on port {server.tls_port}" if server.tls_port is not None else ""
    return f"Service Bus: {server.connection_string} (admin on port {server.admin_port}{secure})\n"
