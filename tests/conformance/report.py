"""Writes docs/conformance.md from the list of deviations: `python -m tests.conformance.report`."""

from collections.abc import Sequence

from tests.conformance.compare import HERE
from tests.conformance.deviations import Listed, listed, not_run, unrecorded

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
    known = listed()
    return "\n".join(
        [
            _HEAD,
            f"Recorded answers: {sum(recorded.values())}, of them compared: {compared}.\n",
            "## Deliberate differences\n",
            *_table(("here", "recording", "answers that differ"), [_row(d) for d in known if not d.later]),
            "Known differences that no recording shows:\n",
            *_table(("Microsoft's host", "here"), unrecorded()),
            "## Not built\n",
            *_table(("what is missing", "recording", "answers that differ"), [_row(d) for d in known if d.later]),
            "## Not compared\n",
            *_table(("recording", "why"), [(entry.entry, entry.reason) for entry in left_out]),
        ]
    )


def _row(entry: Listed) -> tuple[str, ...]:
    return entry.reason, ", ".join(entry.recordings), entry.answers.replace("|", r"\|")


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    if not rows:
        return ["None.\n"]
    lines = [head, ("---",) * len(head), *rows]
    return [*(f"| {' | '.join(line)} |" for line in lines), ""]


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text())
