"""Instances in one SQLite file: a turn is one transaction, and turns that end together share one write to the disk."""

import json
import sqlite3
from pathlib import Path

from localcloud.durable.model import HistoryEvent, InstanceQuery, InstanceState, RuntimeStatus
from localcloud.durable.store.model import LiveInstance, Message, NewInstance, TurnRecord
from localcloud.durable.store.rows import (
    STATE_COLUMNS,
    Row,
    instance_row,
    message_of,
    state_of,
    time_text,
    where,
    work_of,
    work_row,
)
from localcloud.durable.store.schema import SCHEMA
from localcloud.group_commit import GroupCommitDatabase

_TERMINAL = ",".join(f"'{status.value}'" for status in RuntimeStatus if status.terminal)
_ENQUEUE = f"""INSERT INTO message SELECT ?, id, ?, ? FROM instance
    WHERE id = ? AND ? IN ('', execution_id) AND status NOT IN ({_TERMINAL})"""  # noqa: S608 - constants
_OF_INSTANCE = ("turn", "work", "message")


class SqliteHistoryStore:
    """A HistoryStore in a file. What was acknowledged survives a crash at any moment."""

    def __init__(self, path: Path) -> None:
        self._database = GroupCommitDatabase(path, SCHEMA)

    def open(self) -> None:
        """Opens the file, making it where missing. Raises StoreUnusableError."""
        self._database.open()

    def close(self) -> None:
        """Finishes queued writes and closes the file."""
        self._database.close()

    async def create(self, instance: NewInstance) -> None:
        """Adds an instance in place of whatever has the same id."""
        await self._database.write(lambda connection: _create(connection, instance))

    async def enqueue(self, message: Message) -> None:
        """Keeps a message until a turn consumes it."""
        await self._database.write(lambda connection: _enqueue(connection, message))

    async def commit(self, turn: TurnRecord) -> None:
        """Keeps a turn with all its consequences in one transaction."""
        await self._database.write(lambda connection: _commit(connection, turn))

    async def purge(self, instance_ids: list[str]) -> int:
        """Removes every row of these instances."""
        return await self._database.write(
            lambda connection: sum(_remove(connection, instance_id) for instance_id in instance_ids)
        )

    def get(self, instance_id: str) -> InstanceState | None:
        """The state of an instance."""
        rows = self._rows(f"SELECT {STATE_COLUMNS} FROM instance WHERE id = ?", instance_id)  # noqa: S608 - constants
        return state_of(rows[0]) if rows else None

    def history(self, instance_id: str) -> list[HistoryEvent]:
        """The events of the present execution, oldest first."""
        events: list[HistoryEvent] = json.loads(f"[{','.join(self._turns(instance_id))}]")
        return events

    def query(self, query: InstanceQuery) -> list[InstanceState]:
        """At most `query.top` matching instances ordered by id."""
        condition, values = where(query)
        sql = f"SELECT {STATE_COLUMNS} FROM instance WHERE {condition} ORDER BY id LIMIT ?"  # noqa: S608 - no values
        return [state_of(row) for row in self._rows(sql, *values, query.top)]

    def live(self) -> list[LiveInstance]:
        """All unfinished instances."""
        sql = f"SELECT {STATE_COLUMNS}, started FROM instance WHERE status NOT IN ({_TERMINAL})"  # noqa: S608 - constants
        return [self._live(state_of(row[:-1]), json.loads(row[-1])) for row in self._rows(sql)]

    def _live(self, state: InstanceState, started: HistoryEvent) -> LiveInstance:
        instance_id = state.instance_id
        work = "SELECT task_id, kind, name, input, fire_at, created FROM work WHERE id = ? ORDER BY task_id"
        messages = "SELECT key, id, execution_id, event FROM message WHERE id = ? ORDER BY key"
        return LiveInstance(
            state,
            started,
            self._turns(instance_id),
            [work_of(row) for row in self._rows(work, instance_id)],
            [message_of(row) for row in self._rows(messages, instance_id)],
        )

    def _turns(self, instance_id: str) -> list[str]:
        sql = "SELECT events FROM turn WHERE id = ? ORDER BY number"
        return [events for (events,) in self._rows(sql, instance_id)]

    def _rows(self, sql: str, *values: object) -> list[Row]:
        rows: list[Row] = self._database.read(lambda connection: connection.execute(sql, values).fetchall())
        return rows


def _create(connection: sqlite3.Connection, instance: NewInstance) -> None:
    _remove(connection, instance.state.instance_id)
    connection.execute("INSERT INTO instance VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", instance_row(instance))


def _remove(connection: sqlite3.Connection, instance_id: str) -> int:
    found = connection.execute("DELETE FROM instance WHERE id = ?", (instance_id,)).rowcount
    if found:
        for table in _OF_INSTANCE:
            connection.execute(f"DELETE FROM {table} WHERE id = ?", (instance_id,))  # noqa: S608 - constants
    return found


def _enqueue(connection: sqlite3.Connection, message: Message) -> None:
    """A message for an execution that is over is void."""
    execution_id, event = message.execution_id, json.dumps(message.event)
    connection.execute(_ENQUEUE, (message.key, execution_id, event, message.instance_id, execution_id))


def _commit(connection: sqlite3.Connection, turn: TurnRecord) -> None:
    state, instance_id = turn.state, turn.state.instance_id
    connection.execute(
        "UPDATE instance SET status = ?, updated = ?, output = ?, custom_status = ? WHERE id = ?",
        (state.status.value, time_text(state.updated), state.output, state.custom_status, instance_id),
    )
    if turn.renewed is not None:
        _renew(connection, turn)
    else:
        connection.execute("INSERT INTO turn VALUES (?,?,?)", (instance_id, turn.turn, turn.events))
    if state.status.terminal:
        connection.execute("DELETE FROM work WHERE id = ?", (instance_id,))
        connection.execute("DELETE FROM message WHERE id = ?", (instance_id,))
    else:
        _exchange(connection, turn)
    for child in turn.children:
        _create(connection, child)
    for message in turn.messages:
        _enqueue(connection, message)


def _renew(connection: sqlite3.Connection, turn: TurnRecord) -> None:
    """Begins the instance's next generation."""
    state, instance_id = turn.state, turn.state.instance_id
    connection.execute(
        "UPDATE instance SET execution_id = ?, created = ?, input = ?, started = ? WHERE id = ?",
        (state.execution_id, time_text(state.created), state.input, json.dumps(turn.renewed), instance_id),
    )
    connection.execute("DELETE FROM turn WHERE id = ?", (instance_id,))
    connection.execute("DELETE FROM work WHERE id = ?", (instance_id,))


def _exchange(connection: sqlite3.Connection, turn: TurnRecord) -> None:
    """Takes out what ended and puts in what began."""
    instance_id = turn.state.instance_id
    if turn.work_done:
        done = [(instance_id, task_id) for task_id in turn.work_done]
        connection.executemany("DELETE FROM work WHERE id = ? AND task_id = ?", done)
    if turn.work_added:
        rows = [work_row(instance_id, work) for work in turn.work_added]
        connection.executemany("INSERT INTO work VALUES (?,?,?,?,?,?,?)", rows)
    if turn.consumed:
        connection.executemany("DELETE FROM message WHERE key = ?", [(key,) for key in turn.consumed])
