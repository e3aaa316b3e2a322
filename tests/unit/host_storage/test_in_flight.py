"""The note of the messages that a host is working on."""

from pathlib import Path

import pytest

from localcloud.host.triggers.storage import in_flight
from localcloud.host.triggers.storage.in_flight import InFlight


def test_what_was_held_and_not_dropped_is_left(tmp_path: Path) -> None:
    file = tmp_path / "messages.json"
    noted = InFlight(file, print)
    noted.hold({"one": "r1", "two": "r2"})
    noted.hold({"two": "r3"})
    assert InFlight(file, print).left() == {"one": "r1", "two": "r3"}
    noted.drop("one")
    noted.hold({"three": "r4"})
    assert InFlight(file, print).left() == {"two": "r3", "three": "r4"}


def test_many_messages_are_written_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[bytes] = []
    monkeypatch.setattr(in_flight, "write_atomically", lambda _path, content: writes.append(content))
    noted = InFlight(tmp_path / "messages.json", print)
    noted.hold({"one": "r1", "two": "r2", "three": "r3"})
    for message in ("one", "two", "three", "three"):
        noted.drop(message)
    assert len(writes) == 2
    assert writes[-1] == b"{}"


def test_a_damaged_note_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    file, told = tmp_path / "messages.json", [""]
    file.write_bytes(b"[1")
    assert InFlight(file, told.append).left() == {}
    assert f"{file} can't be read; its messages come back ten minutes after they were taken" in told[-1]
