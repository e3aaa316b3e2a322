"""The list of differences from the recordings that are known, each with its reason."""

import re
import tomllib
from dataclasses import dataclass

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


def deviations() -> list[Deviation]:
    """All entries of deviations.toml, one for each recording and note."""
    listed = tomllib.loads((HERE / "deviations.toml").read_text())["deviation"]
    return [
        Deviation(recording, note, entry["reason"], entry.get("later", False), entry.get("only", ""))
        for entry in listed
        for recording in entry["recordings"]
        for note in entry["notes"]
    ]


def not_run() -> list[NotRun]:
    """The manifest entries that are not compared at all."""
    listed = tomllib.loads((HERE / "deviations.toml").read_text())["not_run"]
    return [NotRun(d["entry"], d["reason"]) for d in listed]
