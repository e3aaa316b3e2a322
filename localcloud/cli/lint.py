"""`python -m localcloud lint`: not built yet, and says so."""

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `lint`."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or folders with orchestrators")


def run(_: argparse.Namespace) -> int:
    """Always 2."""
    sys.stderr.write("localcloud lint is not built yet: the determinism rules for orchestrators are still to come.\n")
    return 2
