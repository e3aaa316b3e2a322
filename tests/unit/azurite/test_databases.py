"""A damaged file of Azurite is named before Azurite ends over it."""

from pathlib import Path

import pytest

from localcloud.azurite.databases import AzuriteDamagedError, check_databases


@pytest.mark.parametrize("content", [b'{"collections": [', b"\x00\x01\xff", b"garbage"])
def test_a_damaged_database_is_named_and_left_alone(tmp_path: Path, content: bytes) -> None:
    damaged = tmp_path / "__azurite_db_blob__.json"
    damaged.write_bytes(content)

    with pytest.raises(AzuriteDamagedError, match="--fresh") as raised:
        check_databases(tmp_path)

    assert str(damaged) in str(raised.value)
    assert damaged.read_bytes() == content


def test_sound_empty_and_missing_databases_are_no_error(tmp_path: Path) -> None:
    (tmp_path / "__azurite_db_blob__.json").write_text('{"collections": []}')
    (tmp_path / "__azurite_db_queue__.json").write_text("")
    check_databases(tmp_path)
    check_databases(tmp_path / "missing")
