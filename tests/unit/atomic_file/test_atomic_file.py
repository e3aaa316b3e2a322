from pathlib import Path

import pytest

from localcloud.atomic_file import write_atomically


def test_a_file_is_made_with_its_folder_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "keys.json"
    write_atomically(file, b"{}")
    assert file.read_bytes() == b"{}"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["keys.json"]


def test_a_failed_write_leaves_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "keys.json"
    write_atomically(file, b"old")

    def full(*_arguments: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="the disk is full"):
        write_atomically(file, b"new")
    assert file.read_bytes() == b"old"
