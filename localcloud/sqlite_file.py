"""Opening SQLite files: write-ahead log, checked for damage, with a text for people when that fails."""

import sqlite3
from pathlib import Path


class StoreUnusableError(Exception):
    """The database file can't be opened or is damaged; the text names the file, the cause and the remedy."""


def connect(path: Path, *, survives_power_loss: bool = True, patience: float = 5) -> sqlite3.Connection:
    """A connection in autocommit mode that any thread may use, one at a time.

    `patience`: how many seconds a statement waits for another connection's lock.
    Without `survives_power_loss` no commit waits for the disk (synchronous=NORMAL): still nothing is lost when the
    process is killed, but the last writes may be when the machine loses its power.
    """
    connection = sqlite3.connect(
        path, timeout=patience, check_same_thread=False, isolation_level=None, cached_statements=512
    )
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={'FULL' if survives_power_loss else 'NORMAL'}")
    return connection


def open_checked(
    path: Path, schema: str, *, survives_power_loss: bool = True, exclusive: bool = False
) -> sqlite3.Connection:
    """The file's first connection: creates folder and tables where missing. Raises StoreUnusableError.

    `exclusive`: no other connection, of this or another process, may use the file until this one is closed.
    """
    connection: sqlite3.Connection | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = connect(path, survives_power_loss=survives_power_loss, patience=1 if exclusive else 5)
        if exclusive:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        if (found := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(found)
        connection.executescript(schema)
    except (sqlite3.Error, OSError) as error:
        if connection is not None:
            connection.close()
        raise unusable(path, error) from error
    return connection


def unusable(path: Path, error: Exception) -> StoreUnusableError:
    """The refusal for a file that another process holds, or that is damaged."""
    if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
        return StoreUnusableError(
            f"The file {path} is in use by another process: stop that one, or use another --data."
        )
    return StoreUnusableError(
        f"The file {path} can't be used: {error}. Restore it from a copy, or start afresh by "
        f"removing it (or the whole data folder: `--fresh`)."
    )
