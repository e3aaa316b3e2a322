"""`python -m localcloud VERB …`."""

import argparse
import sys

from localcloud.host import command as host


def main(arguments: list[str] | None = None) -> int:
    """Runs the verb and returns the exit code."""
    parser = argparse.ArgumentParser(prog="localcloud", description="The offline Azure for function apps.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    host_parser = verbs.add_parser("host", help="the Functions host alone")
    host.add_arguments(host_parser)
    host_parser.set_defaults(run=host.run)
    args = parser.parse_args(arguments)
    code: int = args.run(args)
    return code


if __name__ == "__main__":
    sys.exit(main())
