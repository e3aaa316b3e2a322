"""All verbs. A verb's own module is imported only when that verb runs, so that `--help` and small verbs are quick."""

import argparse
import importlib
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Verb:
    """A verb and where it lives: `module` has the functions `add` and `run`."""

    name: str
    summary: str
    module: str
    add: str = "add_arguments"
    run: str = "run"


VERBS = (
    Verb(
        "up",
        "everything: stand-ins, Functions host, app",
        "localcloud.supervisor.command",
        "add_up_arguments",
        "run_up",
    ),
    Verb("cloud", "the stand-ins alone", "localcloud.supervisor.command", "add_cloud_arguments", "run_cloud"),
    Verb("host", "the Functions host alone", "localcloud.host.command"),
    Verb("cosmos", "the Cosmos DB stand-in alone", "localcloud.cosmos.command"),
    Verb("servicebus", "the Service Bus stand-in alone", "localcloud.servicebus.command"),
    Verb("identity", "managed identity and Key Vault alone", "localcloud.identity.command"),
    Verb("faults", "list, set, clear faults of a running localcloud", "localcloud.cli.faults"),
    Verb("lint", "determinism rules for orchestrators", "localcloud.cli.lint"),
)


def main(arguments: list[str] | None = None) -> int:
    """Runs the verb and returns the exit code: 0 done, 1 failed, 2 wrong arguments."""
    given = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="python -m localcloud", description="The offline Azure for function apps.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for verb in VERBS:
        of_verb = verbs.add_parser(verb.name, help=verb.summary, description=verb.summary)
        if verb.name in given[:1]:
            module = importlib.import_module(verb.module)
            getattr(module, verb.add)(of_verb)
            of_verb.set_defaults(run=getattr(module, verb.run))
    args = parser.parse_args(given)
    code: int = args.run(args)
    return code
