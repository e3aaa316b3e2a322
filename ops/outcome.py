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
        sys.stdout.write(text + "\n")
