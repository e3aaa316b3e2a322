"""SQLite with group commit: many writers, one transaction and one fsync for all that are waiting.

Measured to make synchronous=FULL as fast as synchronous=NORMAL under load: every write that arrives while a commit is
under way joins the next one. Each write runs in a savepoint of its own, so one that fails undoes only itself.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from localcloud.sqlite_file import StoreUnusableError, connect, open_checked, unusable

Result = TypeVar("Result")
_Job = tuple[Callable[[sqlite3.Connection], Any], asyncio.AbstractEventLoop, "asyncio.Future[Any]"]


class GroupCommitDatabase:
    """One SQLite file (WAL, synchronous=FULL) with a single writer thread.

    `write` is durable when it returns. `read` runs on the caller's thread on a connection of its own and sees all that
    is acknowledged so far; `scan` does the same on another thread for what takes long. Use it from one event loop.
    """

    def __init__(self, path: Path, schema: str) -> None:
        self.path = path
        self._schema = schema
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        self._scanners: list[sqlite3.Connection] = []
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Opens the file, creating folder and tables where missing. Raises StoreUnusableError."""
        self._writer = open_checked(self.path, self._schema)
        try:
            self._reader = self._connect_reader()
        except sqlite3.Error as error:
            self._close_connections()
            raise unusable(self.path, error) from error
        self._thread = threading.Thread(target=self._run, name=f"group-commit {self.path.name}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Finishes the queued writes and closes the file. Harmless when it isn't open."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None
        self._close_connections()

    async def write(self, job: Callable[[sqlite3.Connection], Result]) -> Result:
        """Runs `job` on the writer thread and returns its result once it is on disk; an exception undoes it alone."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Result] = loop.create_future()
        self._jobs.put((job, loop, done))
        return await done

    def read(self, job: Callable[[sqlite3.Connection], Result]) -> Result:
        """Runs `job` on the reading connection, on this thread."""
        if self._reader is None:
            raise StoreUnusableError(f"The file {self.path} is not open.")
        return job(self._reader)

    async def scan(self, job: Callable[[sqlite3.Connection], Result]) -> Result:
        """Runs `job` on another thread and on a connection that nobody else uses meanwhile.

        On the shared one, every `read` would see the state in which the scan began for as long as it runs.
        """
        return await asyncio.to_thread(self._scan, job)

    def _scan(self, job: Callable[[sqlite3.Connection], Result]) -> Result:
        try:
            connection = self._scanners.pop()
        except IndexError:
            connection = self._connect_reader()
        try:
            result = job(connection)
        except BaseException:  # the connection may be broken: the next scan gets another
            connection.close()
            raise
        self._scanners.append(connection)
        return result

    def _connect_reader(self) -> sqlite3.Connection:
        connection = connect(self.path)
        connection.execute("PRAGMA query_only=1")
        return connection

    def _close_connections(self) -> None:
        while self._scanners:
            self._scanners.pop().close()
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.close()
        self._reader = self._writer = None

    def _run(self) -> None:
        while (first := self._jobs.get()) is not None:
            batch, stop = self._gather(first)
            self._commit(batch)
            if stop:
                return

    def _gather(self, first: _Job) -> tuple[list[_Job], bool]:
        batch = [first]
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return batch, False
            if job is None:
                return batch, True
            batch.append(job)

    def _commit(self, batch: list[_Job]) -> None:
        assert self._writer is not None  # noqa: S101 - the thread runs only between open and close
        answers: list[tuple[_Job, Any, BaseException | None]] = []
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            answers = [(job, *self._in_savepoint(self._writer, job[0])) for job in batch]
            self._writer.execute("COMMIT")
        except sqlite3.Error as error:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            answers = [(job, None, error) for job in batch]
        _tell(answers)

    @staticmethod
    def _in_savepoint(
        connection: sqlite3.Connection, job: Callable[[sqlite3.Connection], Any]
    ) -> tuple[Any, BaseException | None]:
        connection.execute("SAVEPOINT job")
        try:
            result = job(connection)
        except Exception as error:  # handed to the waiting caller
            connection.execute("ROLLBACK TO job")
            connection.execute("RELEASE job")
            return None, error
        connection.execute("RELEASE job")
        return result, None


def _tell(answers: list[tuple[_Job, Any, BaseException | None]]) -> None:
    """Resolves the futures, one hop per event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any, BaseException | None]]] = {}
    for (_, loop, future), result, error in answers:
        by_loop.setdefault(loop, []).append((future, result, error))
    for loop, items in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, items)


def _resolve(items: list[tuple["asyncio.Future[Any]", Any, BaseException | None]]) -> None:
    for future, result, error in items:
        if future.done():
            continue
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)
