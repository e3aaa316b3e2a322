"""Verb dead-letters: list, show, replay, discard."""

import argparse
import getpass
import json
from collections.abc import Callable
from typing import Any, Literal

from ops.dead_letters.desk import Acted, DeadLetterDesk, Instruction
from ops.options import add_json
from ops.outcome import Outcome, UsageError, one_line
from shared.messaging.entities import SOURCES, Source
from shared.services import Services

_DONE = {"replay": "Replayed", "discard": "Discarded"}


def add_dead_letters(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    """Declares the verb's arguments."""
    parser = verbs.add_parser("dead-letters", help="messages that could not be processed: why, and what now")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="every dead message with its reason and its last error")
    listing.set_defaults(run=_list)
    show = actions.add_parser("show", help="everything about one: reason, errors of each try, payload, history")
    show.add_argument("message", help="message id, or #<sequence number>")
    show.set_defaults(run=_show)
    replay = actions.add_parser("replay", help="send again, to the one subscription or queue where it died")
    replay.set_defaults(run=_acting("replay"))
    discard = actions.add_parser("discard", help="remove for good; the audit trail stays")
    discard.set_defaults(run=_acting("discard"))
    for action in (replay, discard):
        action.add_argument("message", nargs="*", help="message ids, or #<sequence number>")
        action.add_argument("--all", action="store_true", help="all that are dead now")
        action.add_argument("--by", metavar="OPERATOR", help="for the audit trail; you, if it isn't given")
        action.add_argument("--note", default="", help="why, for the audit trail")
    for action in (listing, show, replay, discard):
        action.add_argument("--source", choices=[source.name for source in SOURCES], help="only there")
        add_json(action)
    return parser


async def _list(services: Services, arguments: argparse.Namespace) -> Outcome:
    desk = _desk(services)
    letters = await desk.letters(_sources(arguments))
    found = [letter.summary(record) for letter, record in zip(letters, await desk.records_of(letters), strict=True)]
    lines = [line for letter in found for line in _in_short(letter)]
    return Outcome(lines or ["No dead letters."], {"deadLetters": found})


async def _show(services: Services, arguments: argparse.Namespace) -> Outcome:
    desk, wanted = _desk(services), str(arguments.message)
    letters = [letter for letter in await desk.letters(_sources(arguments)) if letter.answers_to(wanted)]
    found = [letter.details(record) for letter, record in zip(letters, await desk.records_of(letters), strict=True)]
    if found:
        return Outcome([_indented(letter) for letter in found], {"deadLetters": found})
    records = [await desk.records.of(source.name, wanted) for source in _sources(arguments)]
    known = [record for record in records if record["errors"] or record["history"]]
    if not known:
        return _unknown([wanted])
    lines = [f"{one_line(wanted)} isn't dead (any more). What is known about it:", *map(_indented, known)]
    return Outcome(lines, {"deadLetters": [], "records": known})


def _acting(action: Literal["replay", "discard"]) -> Callable[..., Any]:
    async def run(services: Services, arguments: argparse.Namespace) -> Outcome:
        if bool(arguments.message) == arguments.all:
            raise UsageError(f"{action} takes either message ids or --all.")
        return await _act(_desk(services), Instruction(action, arguments.by or _user(), arguments.note), arguments)

    return run


async def _act(desk: DeadLetterDesk, wanted: Instruction, arguments: argparse.Namespace) -> Outcome:
    names: list[str] = arguments.message
    chosen = [
        letter
        for letter in await desk.letters(_sources(arguments))
        if arguments.all or any(letter.answers_to(name) for name in names)
    ]
    unknown = [name for name in names if not any(letter.answers_to(name) for letter in chosen)]
    if unknown:
        return _unknown(unknown)
    acted = Acted()
    for source in _sources(arguments):
        numbers = [letter.sequence_number for letter in chosen if letter.source == source]
        if numbers:
            acted += await desk.act(wanted, source, numbers)
    return _told(wanted, acted)


def _told(wanted: Instruction, acted: Acted) -> Outcome:
    word = _DONE[wanted.action]
    lines = [f"{word} {one_line(letter.known_as)} of {letter.source.name}." for letter in acted.done]
    if acted.gone:
        lines.append(f"{len(acted.gone)} are not there any more: somebody else has taken care of them.")
    if acted.held:
        lines.append(f"{len(acted.held)} could not be taken: somebody else holds them. Try again in a minute.")
    lines += [one_line(cause) for cause in acted.impossible]
    left = len(acted.held) + len(acted.impossible)
    done = [{"source": letter.source.name, "messageId": letter.known_as} for letter in acted.done]
    content = {word.lower(): done, "gone": len(acted.gone), "left": left, "impossible": acted.impossible}
    return Outcome(lines or ["No dead letters."], content, failed=left > 0)


def _in_short(letter: dict[str, Any]) -> list[str]:
    """Two lines for a person: what and when, then why."""
    last = letter["errors"][-1]["error"] if letter["errors"] else "no error was recorded"
    tries = f"{letter['deliveryCount']} deliveries"
    lines = [
        f"{letter['source']}  {letter['messageId'] or '#' + str(letter['sequenceNumber'])}  {letter['enqueuedAt']}",
        f"    {letter['reason'] or 'no reason given'} ({tries}): {last}",
    ]
    return [one_line(line) for line in lines]


def _indented(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2)


def _user() -> str:
    """Who is logged in; in a container nobody may be."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _unknown(names: list[str]) -> Outcome:
    text = f"No dead letter {one_line(', '.join(names))}; nothing has been changed."
    return Outcome([text], {"unknown": names}, failed=True)


def _sources(arguments: argparse.Namespace) -> tuple[Source, ...]:
    return tuple(source for source in SOURCES if arguments.source in (None, source.name))


def _desk(services: Services) -> DeadLetterDesk:
    return DeadLetterDesk(services.azure.service_bus(), services.message_records)
