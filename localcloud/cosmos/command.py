"""`python -m localcloud cosmos`: the stand-in for Cosmos DB alone, in the foreground."""

import argparse
import asyncio
import ssl
import sys
from pathlib import Path

from localcloud.cosmos.server import CosmosServer
from localcloud.identity.certificates import chosen_context
from localcloud.sqlite_file import StoreUnusableError
from localcloud.stopping import serve
from localcloud.wellknown import COSMOS_KEY

DEFAULT_PORT = 8081


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the `cosmos` verb."""
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"http; 0: any (default: {DEFAULT_PORT})")
    parser.add_argument("--tls-port", type=int, help="https as well; 0: any (default: no https)")
    parser.add_argument("--cert", type=Path, help="certificate for https (default: localcloud's own)")
    parser.add_argument("--key", type=Path, help="private key of --cert")
    parser.add_argument("--data", type=Path, default=Path(".localcloud"), help="data folder (default: .localcloud)")


def run(args: argparse.Namespace) -> int:
    """Serves until Ctrl-C or SIGTERM. 0 when stopped so, 1 when it couldn't start (the reason is on stderr)."""
    try:
        context = _context(args)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"The certificate can't be used: {error}. Give --cert and --key as PEM files.\n")
        return 1
    server = CosmosServer(args.data, port=args.port, tls_port=args.tls_port, ssl_context=context)
    try:
        asyncio.run(serve(server, lambda: _announcement(server)))
    except StoreUnusableError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        ports = str(args.port) if args.tls_port is None else f"{args.port} or {args.tls_port}"
        sys.stderr.write(f"Port {ports} can't be used: {error}. Choose another with --port and --tls-port.\n")
        return 1
    return 0


def _context(args: argparse.Namespace) -> ssl.SSLContext | None:
    """The TLS context, when https is wanted. Raises OSError (ssl.SSLError included) and ValueError."""
    if args.tls_port is None and args.cert is None and args.key is None:
        return None
    context = chosen_context(args.cert, args.key, args.data)
    return context if args.tls_port is not None else None


def _announcement(server: CosmosServer) -> str:
    secure = f" and https://localhost:{server.tls_port}/" if server.tls_port is not None else ""
    return f"Cosmos DB: http://localhost:{server.port}/{secure} AccountKey={COSMOS_KEY}\n"
