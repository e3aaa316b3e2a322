"""`python -m ops [--settings FILE] [--json] VERB …`. Exit codes: 0 done, 1 failed, 2 wrong arguments or settings."""

import argparse
import asyncio
import sys
from pathlib import Path

from azure.core.exceptions import AzureError

from ops.accounts import add_create_admin
from ops.dead_letters.command import add_dead_letters
from ops.environment import await_file, prepare_environment
from ops.options import add_json
from ops.outcome import Outcome, UsageError
from ops.seed import add_seed
from ops.views import add_views
from shared.clients import close_clients
from shared.errors import ShopError
from shared.services import services
from shared.settings import SettingsError


def main(arguments: list[str] | None = None) -> int:
    """Runs one verb and returns the exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        if chosen.settings is not None:
            await_file(chosen.settings, chosen.wait)
        prepare_environment(chosen.settings)
        outcome = asyncio.run(_run(chosen))
    except (UsageError, SettingsError) as error:
        return _complain(str(error), 2)
    except ShopError as error:
        return _complain(error.detail, 1)
    except (AzureError, OSError, TimeoutError) as error:
        return _complain(f"A service doesn't answer as it should: {str(error).splitlines()[0]}", 1)
    outcome.show(as_json=chosen.json)
    return 1 if outcome.failed else 0


async def _run(chosen: argparse.Namespace) -> Outcome:
    try:
        outcome: Outcome = await chosen.run(services(), chosen)
        return outcome
    finally:
        await close_clients()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ops", description="Operates the shop.")
    parser.add_argument("--settings", type=Path, help="a local.settings.json, or localcloud's ready file")
    parser.add_argument("--wait", type=float, default=0, metavar="SECONDS", help="for the settings file to appear")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for add in (add_create_admin, add_seed, add_dead_letters, add_views):
        add_json(add(verbs))
    return parser


def _complain(text: str, code: int) -> int:
    sys.stderr.write(f"ops: {text}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
