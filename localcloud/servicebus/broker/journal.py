"""The store: every change of the broker's memory as SQL, committed once per loop turn, acknowledged afterwards."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from localcloud.group_commit import GroupCommitDatabase

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

Statement = tuple[str, tuple[Any, ...]]
Acknowledgement = Callable[[], None]


class Journal:
    """Collects statements and the acknowledgements that wait for them."""

    def __init__(self, path: Path, failed: Callable[[], None]) -> None:
        self.database = GroupCommitDatabase(path, SCHEMA, survives_power_loss=False)
        self._failed = failed
        self._statements: list[Statement] = []
        self._waiting: list[tuple[Acknowledgement, Acknowledgement]] = []
        self._scheduled = False
        self._running: set[asyncio.Task[None]] = set()

    def add(self, sql: str, *parameters: Any) -> None:
        """A change to be committed at the end of this loop turn."""
        self._statements.append((sql, parameters))
        self._schedule()

    def acknowledge(self, done: Acknowledgement, failed: Acknowledgement) -> None:
        """Calls `done` once all that was added so far is on disk; `failed` when it could not be written."""
        self._waiting.append((done, failed))
        self._schedule()

    async def settled(self) -> None:
        """Returns once nothing is under way."""
        while self._scheduled or self._running:
            if self._running:
                await asyncio.wait(self._running)
            else:
                await asyncio.sleep(0)

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._scheduled = False
        statements, self._statements = self._statements, []
        waiting, self._waiting = self._waiting, []
        task = asyncio.get_running_loop().create_task(self._commit(statements, waiting))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _commit(
        self, statements: list[Statement], waiting: list[tuple[Acknowledgement, Acknowledgement]]
    ) -> None:
        def job(connection: sqlite3.Connection) -> None:
            for sql, parameters in statements:
                connection.execute(sql, parameters)

        try:
            await self.database.write(job)
        except sqlite3.Error:
            logger.exception("Service Bus stand-in: the store could not be written; going back to what it holds")
            for _, failed in waiting:
                failed()
            self._failed()
        else:
            for done, _ in waiting:
                done()
