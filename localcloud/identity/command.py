"""`python -m localcloud identity`: managed identity and Key Vault alone, in the foreground."""

import argparse
import asyncio
import sys
from pathlib import Path

from localcloud.identity.server import DEFAULT_PORT, DEFAULT_VAULT_PORT, HEADER, IdentityServer
from localcloud.resources import Resources, ResourcesError
from localcloud.sqlite_file import StoreUnusableError
from localcloud.stopping import serve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the `identity` verb."""
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"token endpoint (default: {DEFAULT_PORT})")
    parser.add_argument("--vault-port", type=int, default=DEFAULT_VAULT_PORT, help=f"(default: {DEFAULT_VAULT_PORT})")
    parser.add_argument("--header", default=HEADER, help="value of IDENTITY_HEADER that callers must send")
    parser.add_argument("--data", type=Path, default=Path(".localcloud"), help="folder for certificates and secrets")
    parser.add_argument("--resources", type=Path, help="file that names the secrets to generate")


def run(args: argparse.Namespace) -> int:
    """Serves until Ctrl-C or SIGTERM. 0 when stopped so, 1 when it couldn't start (the reason is on stderr)."""
    try:
        secrets = Resources.load(args.resources).key_vault.secrets if args.resources else ()
        server = IdentityServer(
            args.data, port=args.port, vault_port=args.vault_port, header=args.header, secrets=secrets
        )
        asyncio.run(serve(server, lambda: _announcement(server)))
    except (ResourcesError, StoreUnusableError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"Ports {args.port} and {args.vault_port} can't be used: {error}. Choose others.\n")
        return 1
    return 0


def _announcement(server: IdentityServer) -> str:
    return "".join(f"{name}={value}\n" for name, value in server.settings.items())
