"""The list of differences from the recordings that are known, each with its reason."""

import re
import tomllib
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from tests.conformance.compare import HERE


@dataclass(frozen=True)
class Deviation:
    """Differences that are expected in one recording."""

    recording: str
    note: str
    """A regular expression that matches whole notes."""
    reason: str
    later: bool
    """True for what is not built; False for a deliberate difference that stays."""
    only: str = ""
    """A regular expression for the beginning of a difference (`.json.key: ...`); "" for any difference."""

    def covers(self, note: str, line: str) -> bool:
        """Whether this difference under this note is expected."""
        return re.fullmatch(self.note, note) is not None and re.match(self.only, line) is not None


@dataclass(frozen=True)
class NotRun:
    """A manifest entry that the tests leave out."""

    entry: str
    reason: str


@dataclass(frozen=True)
class Listed:
    """An entry of deviations.toml as a reader sees it: a reason, the recordings, and which of their answers differ."""

    reason: str
    recordings: list[str]
    notes: list[str]
    answers: str
    later: bool
    only: str
    sdk: str
    """Beginning of the versions of azure-functions that it needs; "" for any."""


def listed() -> list[Listed]:
    """All entries of deviations.toml."""
    entries = _content()["deviation"]
    return [
        Listed(
            e["reason"],
            e["recordings"],
            e["notes"],
            e.get("answers", ", ".join(e["notes"])),
            e.get("later", False),
            e.get("only", ""),
            e.get("sdk", ""),
        )
        for e in entries
    ]


def deviations() -> list[Deviation]:
    """The entries of deviations.toml that hold with the installed SDK, one for each recording and note."""
    installed = version("azure-functions")
    return [
        Deviation(recording, note, entry.reason, entry.later, entry.only)
        for entry in listed()
        if installed.startswith(entry.sdk)
        for recording in entry.recordings
        for note in entry.notes
    ]


def not_run() -> list[NotRun]:
    """The manifest entries that are not compared at all."""
    return [NotRun(entry["entry"], entry["reason"]) for entry in _content()["not_run"]]


def unrecorded() -> list[tuple[str, str]]:
    """Deliberate differences that no recording shows: what the real host does, and what is done here and why."""
    return [(entry["real"], entry["here"]) for entry in _content()["unrecorded"]]


def _content() -> dict[str, Any]:
    return tomllib.loads((HERE / "deviations.toml").read_text())
