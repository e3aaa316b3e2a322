"""SQLite with group commit: what readers see, and what a failing write undoes."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.group_commit import GroupCommitDatabase
from localcloud.sqlite_file import StoreUnusableError

SCHEMA = "CREATE TABLE IF NOT EXISTS numbers (n INTEGER PRIMARY KEY)"


@pytest.fixture
def file(tmp_path: Path) -> Iterator[GroupCommitDatabase]:
    file = GroupCommitDatabase(tmp_path / "deep" / "numbers.db", SCHEMA)
    file.open()
    yield file
    file.close()


def numbers(connection: sqlite3.Connection) -> list[int]:
    return [row[0] for row in connection.execute("SELECT n FROM numbers ORDER BY n")]


async def insert(file: GroupCommitDatabase, number: int) -> None:
    await file.write(lambda connection: connection.execute("INSERT INTO numbers VALUES (?)", (number,)))


async def test_a_write_is_seen_by_the_next_read(file: GroupCommitDatabase) -> None:
    await insert(file, 1)
    assert file.read(numbers) == await file.scan(numbers) == [1]


async def test_a_failing_write_undoes_itself_and_no_other(file: GroupCommitDatabase) -> None:
    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO numbers VALUES (99)")
        raise ValueError("half done")

    writes = [insert(file, 1), file.write(half), insert(file, 2), insert(file, 1), insert(file, 3)]
    outcomes = await asyncio.gather(*writes, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [
        type(None),
        ValueError,
        type(None),
        sqlite3.IntegrityError,
        type(None),
    ]
    assert file.read(numbers) == [1, 2, 3]


async def test_a_long_scan_does_not_hide_later_writes_from_reads(file: GroupCommitDatabase) -> None:
    await insert(file, 1)
    begun, go_on = threading.Event(), threading.Event()

    def scan(connection: sqlite3.Connection) -> list[int]:
        found = [row[0] for row in connection.execute("SELECT n FROM numbers").fetchmany(1)]
        cursor = connection.execute("SELECT n FROM numbers")
        cursor.fetchone()
        begun.set()
        go_on.wait(10)
        return found + [row[0] for row in cursor]

    scanning = asyncio.create_task(file.scan(scan))
    await asyncio.to_thread(begun.wait, 10)
    await insert(file, 2)

    assert file.read(numbers) == [1, 2]
    assert await file.scan(numbers) == [1, 2]
    go_on.set()
    assert await scanning == [1]


async def test_readers_cannot_write(file: GroupCommitDatabase) -> None:
    def write(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO numbers VALUES (1)")

    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        file.read(write)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await file.scan(write)
    assert file.read(numbers) == []


async def test_what_was_written_is_there_after_reopening(file: GroupCommitDatabase) -> None:
    await asyncio.gather(*(insert(file, number) for number in range(50)))
    file.close()
    file.close()
    with pytest.raises(StoreUnusableError, match="not open"):
        file.read(numbers)
    file.open()
    assert file.read(numbers) == list(range(50))


def test_a_file_that_is_no_database_is_named_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "broken.db"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreUnusableError) as refused:
        GroupCommitDatabase(path, SCHEMA).open()
    assert str(path) in str(refused.value)
    assert "--fresh" in str(refused.value)
