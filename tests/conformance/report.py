"""Writes docs/conformance.md from the list of deviations: `python -m tests.conformance.report`."""

from collections.abc import Iterable

from tests.conformance.compare import HERE
from tests.conformance.deviations import Deviation, deviations, not_run

TARGET = HERE.parent.parent / "docs/conformance.md"
_HEAD = """\
# How close the local host is to Microsoft's

`tests/conformance/` holds recordings of Microsoft's own Functions host and Durable Functions extension. The tests ask
the local host the same questions and fail on every difference that is not listed here, and on every listed one that no
longer differs. This page is written from `tests/conformance/deviations.toml` by `python -m tests.conformance.report`.
"""


def text() -> str:
    """The whole page."""
    recorded = {path.stem: len(path.read_text().splitlines()) for path in (HERE / "recordings").glob("*.jsonl")}
    left_out = not_run()
    compared = sum(recorded.values()) - sum(recorded.get(entry.entry, 0) for entry in left_out)
    known = deviations()
    return "\n".join(
        [
            _HEAD,
            f"Recorded answers: {sum(recorded.values())}, of them compared: {compared}.\n",
            "## Deliberate differences\n",
            *_table("answer", "why", _rows(d for d in known if not d.later)),
            "## Not built\n",
            *_table("answer", "what is missing", _rows(d for d in known if d.later)),
            "## Not compared\n",
            *_table("recording", "why", [(entry.entry, entry.reason) for entry in left_out]),
        ]
    )


def _rows(listed: Iterable[Deviation]) -> list[tuple[str, str]]:
    """One row for each reason within a recording."""
    notes: dict[tuple[str, str], list[str]] = {}
    for d in listed:
        place = f" at {d.only}" if d.only else ""
        notes.setdefault((d.recording, d.reason), []).append(f"`{d.note}`{place}".replace("|", r"\|"))
    return [(f"{recording}: {'; '.join(named)}", reason) for (recording, reason), named in notes.items()]


def _table(left: str, right: str, rows: list[tuple[str, str]]) -> list[str]:
    if not rows:
        return ["None.\n"]
    return [f"| {left} | {right} |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows), ""]


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text())
