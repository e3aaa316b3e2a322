"""The store: every change of the broker's memory as SQL, committed once per loop turn, acknowledged afterwards."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from localcloud.sqlite_file import StoreUnusableError, open_checked

logger = logging.getLogger(__name__)

SCHEMA = """
CREATE TABLE IF NOT EXISTS entity (path TEXT PRIMARY KEY, definition TEXT);
CREATE TABLE IF NOT EXISTS sequence (path TEXT PRIMARY KEY, last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS message (
    path TEXT NOT NULL, seq INTEGER NOT NULL, content BLOB NOT NULL, enqueued INTEGER NOT NULL, expires INTEGER,
    state INTEGER NOT NULL, deliveries INTEGER NOT NULL, scheduled INTEGER, token BLOB, locked_until INTEGER,
    PRIMARY KEY (path, seq)
);
CREATE TABLE IF NOT EXISTS session (
    path TEXT NOT NULL, id TEXT NOT NULL, state BLOB, updated INTEGER NOT NULL, PRIMARY KEY (path, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen (
    path TEXT NOT NULL, message_id BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (path, message_id)
) WITHOUT ROWID;
"""
SET_SEQUENCE = "INSERT INTO sequence VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET last = excluded.last"
PAGES_PER_CHECKPOINT = 4000
"""A checkpoint waits for the disk, and hot pages are written once per checkpoint: rare is cheap (16 MB here)."""

Statement = tuple[str, tuple[Any, ...]]
Acknowledgement = Callable[[], None]


class Journal:
    """Collects statements and the acknowledgements that wait for them.

    The commit runs on the event loop's own thread: it takes some 20 microseconds, a hop to another thread and back ten
    times that. With synchronous=NORMAL it doesn't wait for the disk, and still nothing is lost with the process.
    """

    def __init__(self, path: Path, failed: Callable[[], None]) -> None:
        self._path, self._failed = path, failed
        self._connection: sqlite3.Connection | None = None
        self._statements: list[Statement] = []
        self._sequences: dict[str, int] = {}
        self._waiting: list[tuple[Acknowledgement, Acknowledgement]] = []
        self._scheduled = False

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection to the open file."""
        if self._connection is None:
            raise StoreUnusableError(f"The file {self._path} is not open.")
        return self._connection

    def open(self) -> None:
        """Opens the file, for this process alone. Raises StoreUnusableError."""
        self._connection = open_checked(self._path, SCHEMA, survives_power_loss=False, exclusive=True)
        self._connection.execute(f"PRAGMA wal_autocheckpoint={PAGES_PER_CHECKPOINT}")

    def close(self) -> None:
        """Writes what is waiting and closes the file. Harmless when it isn't open."""
        if self._connection is not None:
            self.flush()
            self._connection.close()
            self._connection = None

    def add(self, sql: str, *parameters: Any) -> None:
        """A change to be committed at the end of this loop turn."""
        self._statements.append((sql, parameters))
        self._schedule()

    def set_sequence(self, path: str, last: int) -> None:
        """An entity's last sequence number: written once per commit, however many messages it counts."""
        self._sequences[path] = last
        self._schedule()

    def acknowledge(self, done: Acknowledgement, failed: Acknowledgement) -> None:
        """Calls `done` once all that was added so far is on disk; `failed` when it could not be written."""
        self._waiting.append((done, failed))
        self._schedule()

    def flush(self) -> None:
        """Commits at once, and tells those who wait. What they add on that occasion is committed as well."""
        while self._statements or self._sequences or self._waiting:
            statements, self._statements = self._statements, []
            statements += [(SET_SEQUENCE, item) for item in self._sequences.items()]
            self._sequences.clear()
            waiting, self._waiting = self._waiting, []
            try:
                self._commit(statements)
            except sqlite3.Error:
                logger.exception("Service Bus stand-in: the store could not be written; going back to what it holds")
                for _, failed in waiting:
                    failed()
                self._statements.clear()
                self._sequences.clear()
                self._failed()
            else:
                for done, _ in waiting:
                    done()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._run)

    def _run(self) -> None:
        self._scheduled = False
        if self._connection is not None:
            self.flush()

    def _commit(self, statements: list[Statement]) -> None:
        if not statements:
            return
        connection = self.connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            for sql, parameters in statements:
                connection.execute(sql, parameters)
            connection.execute("COMMIT")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
