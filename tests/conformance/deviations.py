"""The list of differences from the recordings that are known, each with its reason."""

import re
import tomllib
from dataclasses import dataclass

from tests.conformance.compare import HERE


@dataclass(frozen=True)
class Deviation:
    """Answers that may differ: `note` (a regular expression over whole notes) in one recording."""

    recording: str
    note: str
    reason: str
    later: bool
    """True for what is not built; False for a deliberate difference that stays."""

    def covers(self, note: str) -> bool:
        """Whether a difference under this note is expected."""
        return re.fullmatch(self.note, note) is not None


@dataclass(frozen=True)
class NotRun:
    """A manifest entry that the tests leave out."""

    entry: str
    reason: str


def deviations() -> list[Deviation]:
    """All entries of deviations.toml, one for each note."""
    listed = tomllib.loads((HERE / "deviations.toml").read_text())["deviation"]
    return [Deviation(d["recording"], note, d["reason"], d.get("later", False)) for d in listed for note in d["notes"]]


def not_run() -> list[NotRun]:
    """The manifest entries that are not compared at all."""
    listed = tomllib.loads((HERE / "deviations.toml").read_text())["not_run"]
    return [NotRun(d["entry"], d["reason"]) for d in listed]
