"""Options that every verb has."""

import argparse


def add_json(parser: argparse.ArgumentParser) -> None:
    """Declares `--json` behind a verb, too; before it counts as well."""
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print the outcome as JSON")
