"""Every answer of the host against the recording of Microsoft's host, on real hosts started side by side."""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from tests.conformance import report
from tests.conformance.deviations import Deviation, deviations, not_run
from tests.conformance.hosts import Entry, manifest, run

_LEFT_OUT = {left_out.entry for left_out in not_run()}
_ENTRIES = [entry for entry in manifest() if entry.name not in _LEFT_OUT]
_LONG = (
    "durable_sub",
    "workers",
    "durable_events",
    "durable_unknown",
    "durable_list",
    "durable_client",
    "durable_turns",
)
_SLOWEST_FIRST = sorted(_ENTRIES, key=lambda entry: _LONG.index(entry.name) if entry.name in _LONG else len(_LONG))
_SIDE_BY_SIDE = int(os.environ.get("CONFORMANCE_HOSTS", "6"))
"""Scenarios wait most of their time, so more hosts than cores run at once."""

Found = dict[str, list[str]]


@pytest.fixture(scope="session")
def found(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Found]]]:
    """The differences of every entry that this session tests; all hosts are started as soon as one is asked for."""
    parameters = [getattr(getattr(item, "callspec", None), "params", {}) for item in request.session.items]
    chosen = {given["entry"].name for given in parameters if "entry" in given}
    folder = tmp_path_factory.mktemp("conformance")
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        yield {e.name: pool.submit(run, e, folder / e.name) for e in _SLOWEST_FIRST if e.name in chosen}
        pool.shutdown(cancel_futures=True)


def _lines(found: Found) -> list[tuple[str, str]]:
    return [(note, line) for note, lines in found.items() for line in lines]


def _surprises(differing: list[tuple[str, str]], expected: list[Deviation]) -> list[str]:
    return [f"{note}: {line}" for note, line in differing if not any(d.covers(note, line) for d in expected)]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("entry", _SLOWEST_FIRST, ids=lambda entry: entry.name)
def test_answers_as_recorded(entry: Entry, found: dict[str, Future[Found]], tmp_path: Path) -> None:
    expected = [d for d in deviations() if d.recording == entry.recording]
    differing = _lines(found[entry.name].result())
    if _surprises(differing, expected):  # a scenario's own pauses are too short for a busy machine: once more, alone
        wait(found.values())
        differing = _lines(run(entry, tmp_path / entry.name))
    surprises = _surprises(differing, expected)
    assert not surprises, "\n".join(surprises)
    outdated = [d.note for d in expected if not any(d.covers(note, line) for note, line in differing)]
    assert not outdated, "listed as deviations, but as recorded"


def test_the_list_names_only_what_exists() -> None:
    entries = {entry.name for entry in manifest()}
    assert {d.recording for d in deviations()} <= entries - _LEFT_OUT
    assert entries >= _LEFT_OUT


def test_the_documentation_is_up_to_date() -> None:
    written = Path(report.TARGET).read_text()
    assert written == report.text(), "run: python -m tests.conformance.report"
