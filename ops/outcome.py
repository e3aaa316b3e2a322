"""What a verb did, for people and for programs."""

import json
import sys
from dataclasses import dataclass, field
from typing import Any


class UsageError(Exception):
    """The arguments are wrong: exit code 2."""


@dataclass(frozen=True)
class Outcome:
    """The lines to show, or the JSON object of `--json`; `failed` makes the exit code 1."""

    lines: list[str]
    content: dict[str, Any] = field(default_factory=dict)
    failed: bool = False

    def show(self, *, as_json: bool) -> None:
        """Writes it to standard output."""
        text = json.dumps(self.content, ensure_ascii=False, indent=2) if as_json else "\n".join(self.lines)
        encoding = sys.stdout.encoding or "utf-8"
        # Half a surrogate pair out of somebody's JSON can't be encoded, nor can much on a terminal without UTF-8.
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def one_line(text: str) -> str:
    """The text without anything that moves a terminal's cursor: other programs wrote parts of it."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )
