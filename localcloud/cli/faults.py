"""`python -m localcloud faults list|set|clear`: the injected faults of Cosmos DB or Service Bus in a localcloud."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

_DEFAULTS = {"cosmos": "http://localhost:8081", "serviceBusAdmin": "http://localhost:5300"}
_EXAMPLE = '{"status": 429, "retryAfterMs": 100, "count": 20, "container": "orders", "operation": "patch"}'
_SERVICE_BUS_EXAMPLE = '{"operation": "settle", "lockLost": true, "count": 1, "entity": "orders"}'
_NAMES = {"cosmos": "Cosmos DB", "serviceBusAdmin": "Service Bus"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `faults`."""
    parser.add_argument("--service-bus", action="store_true", help="faults of Service Bus (default: of Cosmos DB)")
    parser.add_argument("--ready-file", type=Path, help="ready file of the localcloud (default: the official ports)")
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    actions.add_parser("list", help="show every rule and how many requests it has hit")
    setting = actions.add_parser("set", help="add a rule", epilog=f"example: faults set '{_EXAMPLE}'")
    setting.add_argument("rule", help=f"JSON object; of Service Bus e.g. {_SERVICE_BUS_EXAMPLE}")
    clearing = actions.add_parser("clear", help="remove all rules, or one")
    clearing.add_argument("id", nargs="?", type=int, help="the rule's id")


def run(args: argparse.Namespace) -> int:
    """Prints the answer as JSON. 0 when done, 1 when localcloud refuses or can't be reached, 2 for a broken file."""
    part = "serviceBusAdmin" if args.service_bus else "cosmos"
    try:
        address = f"{_address(args.ready_file, part)}/_localcloud/faults"
    except (OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"{args.ready_file} is not the ready file of a localcloud with {_NAMES[part]}: {error}\n")
        return 2
    try:
        answer = _call(args, address)
    except HTTPError as error:
        sys.stderr.write(f"localcloud refuses: {error.read().decode(errors='replace')}\n")
        return 1
    except URLError as error:
        sys.stderr.write(f"No localcloud answers at {address}: {error.reason}. Start it, or give its --ready-file.\n")
        return 1
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    return 0


def _address(ready_file: Path | None, part: str) -> str:
    if ready_file is None:
        return _DEFAULTS[part]
    return str(json.loads(ready_file.read_text(encoding="utf-8"))[part])


def _call(args: argparse.Namespace, address: str) -> Any:
    if args.action == "set":
        request = Request(address, args.rule.encode(), {"Content-Type": "application/json"})  # noqa: S310 - loopback
    elif args.action == "clear":
        target = address if args.id is None else f"{address}/{args.id}"
        request = Request(target, method="DELETE")  # noqa: S310 - loopback
    else:
        request = Request(address)  # noqa: S310 - loopback
    with urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
        return json.load(answer)
