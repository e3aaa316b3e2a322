"""Everything the stand-in keeps, in one SQLite file with group commit."""

import json
import math
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from localcloud.clock import Clock
from localcloud.cosmos.errors import CosmosError, conflict, not_found
from localcloud.cosmos.expiry import renew_expiries
from localcloud.cosmos.identifiers import new_etag
from localcloud.cosmos.resources import (
    DEFAULT_THROUGHPUT,
    RANGE_THROUGHPUT,
    Container,
    Database,
    new_container,
    new_database,
    normalised,
)
from localcloud.group_commit import GroupCommitDatabase

Result = TypeVar("Result")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS databases (
  key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, rid TEXT, etag TEXT, ts INTEGER);
CREATE TABLE IF NOT EXISTS containers (
  key INTEGER PRIMARY KEY AUTOINCREMENT, database TEXT, id TEXT, rid TEXT, self TEXT, etag TEXT, ts INTEGER,
  definition TEXT, throughput INTEGER, lsn INTEGER, UNIQUE (database, id));
CREATE TABLE IF NOT EXISTS physical_partitions (container INTEGER PRIMARY KEY, ranges INTEGER);
CREATE TABLE IF NOT EXISTS items (
  number INTEGER PRIMARY KEY AUTOINCREMENT, container INTEGER, pk TEXT, id TEXT, epk TEXT, lsn INTEGER,
  expires INTEGER, body TEXT, UNIQUE (container, pk, id));
CREATE INDEX IF NOT EXISTS items_by_epk ON items (container, epk);
CREATE INDEX IF NOT EXISTS items_by_lsn ON items (container, lsn);
"""


class CosmosStore:
    """Databases and containers (kept in memory, too) and items. The clock can be moved forward by tests."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.file = GroupCommitDatabase(path, _SCHEMA)
        self._clock = clock
        self._ahead = timedelta()
        self.databases: dict[str, Database] = {}

    def open(self) -> None:
        """Opens the file. Raises StoreUnusableError."""
        self.file.open()
        self.databases = self.file.read(_load)

    def close(self) -> None:
        """Closes the file."""
        self.file.close()

    def now(self) -> datetime:
        """The stand-in's time."""
        return self._clock.now() + self._ahead

    def advance(self, by: timedelta) -> None:
        """Moves the stand-in's time forward: items expire."""
        self._ahead += by

    def timestamp(self) -> int:
        """The time in whole seconds, as `_ts` holds it."""
        return int(self.now().timestamp())

    def database(self, database_id: str) -> Database:
        """A database by id or rid. Raises a 404."""
        found = self.databases.get(database_id) or next(
            (one for one in self.databases.values() if one.rid == database_id), None
        )
        if found is None:
            raise not_found()
        return found

    def container(self, database_id: str, container_id: str) -> Container:
        """A container by ids or rids. Raises a 404."""
        containers = self.database(database_id).containers
        found = containers.get(container_id) or next(
            (one for one in containers.values() if one.rid == container_id), None
        )
        if found is None:
            raise CosmosError(404, "Owner resource does not exist: the container.", substatus=1003)
        return found

    async def create_database(self, body: dict[str, Any]) -> Database:
        """A new database. Raises a 400 or 409."""
        database = new_database(0, body, self.timestamp())

        def job(connection: sqlite3.Connection) -> int:
            if connection.execute("SELECT 1 FROM databases WHERE id = ?", (database.id,)).fetchone():
                raise conflict()
            row = (database.id, database.rid, database.etag, database.timestamp)
            done = connection.execute("INSERT INTO databases (id, rid, etag, ts) VALUES (?, ?, ?, ?)", row)
            return int(done.lastrowid or 0)

        database.key = await self.file.write(job)
        self.databases[database.id] = database
        return database

    async def delete_database(self, database_id: str) -> None:
        """Removes a database with everything in it. Raises a 404."""
        database = self.database(database_id)

        def job(connection: sqlite3.Connection) -> None:
            if not connection.execute("DELETE FROM databases WHERE key = ?", (database.key,)).rowcount:
                raise not_found()
            mine = "SELECT key FROM containers WHERE database = ?"
            connection.execute(f"DELETE FROM items WHERE container IN ({mine})", (database.id,))  # noqa: S608 - a fixed text
            connection.execute(f"DELETE FROM physical_partitions WHERE container IN ({mine})", (database.id,))  # noqa: S608 - a fixed text
            connection.execute("DELETE FROM containers WHERE database = ?", (database.id,))

        await self.file.write(job)
        self.databases.pop(database.id, None)

    async def create_container(
        self, database: Database, body: dict[str, Any], throughput: int = DEFAULT_THROUGHPUT
    ) -> Container:
        """A new container. Raises a 400 or 409, and a 404 when the database has just gone."""
        container = replace(
            new_container(0, database, body, self.timestamp()),
            throughput=throughput,
            ranges=math.ceil(throughput / RANGE_THROUGHPUT),
        )

        def job(connection: sqlite3.Connection) -> int:
            if not connection.execute("SELECT 1 FROM databases WHERE key = ?", (database.key,)).fetchone():
                raise not_found()
            where = (database.id, container.id)
            if connection.execute("SELECT 1 FROM containers WHERE database = ? AND id = ?", where).fetchone():
                raise conflict()
            key = int(connection.execute(_INSERT_CONTAINER, _container_row(container)).lastrowid or 0)
            connection.execute("INSERT INTO physical_partitions VALUES (?, ?)", (key, container.ranges))
            return key

        container.key = await self.file.write(job)
        database.containers[container.id] = container
        return container

    async def replace_container(self, container: Container, body: dict[str, Any]) -> Container:
        """A container with a new definition; id and partition key stay. Raises a 400."""
        definition = normalised({**body, "id": container.id})
        if body.get("id") != container.id or definition["partitionKey"]["paths"] != [container.partition_key_path]:
            raise CosmosError(400, "The id and the partition key definition of a container can't be changed.")
        etag, timestamp = new_etag(), self.timestamp()

        def job(connection: sqlite3.Connection) -> None:
            row = (json.dumps(definition), etag, timestamp, container.key)
            connection.execute("UPDATE containers SET definition = ?, etag = ?, ts = ? WHERE key = ?", row)
            renew_expiries(connection, container.key, definition.get("defaultTtl"))

        await self.file.write(job)
        container.definition, container.etag, container.timestamp = definition, etag, timestamp
        return container

    async def set_throughput(self, container: Container, throughput: int) -> None:
        """Changes the offer of a container."""
        await self.file.write(
            lambda connection: connection.execute(
                "UPDATE containers SET throughput = ? WHERE key = ?", (throughput, container.key)
            )
        )
        container.throughput = throughput

    async def delete_container(self, container: Container) -> None:
        """Removes a container and its items. Raises a 404."""

        def job(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM items WHERE container = ?", (container.key,))
            connection.execute("DELETE FROM physical_partitions WHERE container = ?", (container.key,))
            if not connection.execute("DELETE FROM containers WHERE key = ?", (container.key,)).rowcount:
                raise not_found()

        await self.file.write(job)
        if (database := self.databases.get(container.database_id)) is not None:
            database.containers.pop(container.id, None)

    async def write(self, container: Container, job: Callable[[sqlite3.Connection, int], Result]) -> Result:
        """Runs `job(connection, lsn)` as one commit of the container, with the LSN it is to use."""

        def numbered(connection: sqlite3.Connection) -> Result:
            row = connection.execute("SELECT lsn FROM containers WHERE key = ?", (container.key,)).fetchone()
            if row is None:
                raise not_found()
            lsn = row[0] + 1
            result = job(connection, lsn)
            connection.execute("UPDATE containers SET lsn = ? WHERE key = ?", (lsn, container.key))
            container.lsn = lsn
            return result

        return await self.file.write(numbered)


_INSERT_CONTAINER = (
    "INSERT INTO containers (database, id, rid, self, etag, ts, definition, throughput, lsn) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def _container_row(container: Container) -> tuple[Any, ...]:
    return (
        container.database_id,
        container.id,
        container.rid,
        container.self_link,
        container.etag,
        container.timestamp,
        json.dumps(container.definition),
        container.throughput,
        container.lsn,
    )


def _load(connection: sqlite3.Connection) -> dict[str, Database]:
    databases = {row[1]: Database(*row) for row in connection.execute("SELECT key, id, rid, etag, ts FROM databases")}
    ranges = dict(connection.execute("SELECT container, ranges FROM physical_partitions"))
    query = "SELECT key, id, database, rid, self, etag, ts, definition, throughput, lsn FROM containers"
    for row in connection.execute(query):
        key, container_id, database_id, rid, self_link, etag, timestamp, definition, throughput, lsn = row
        container = Container(key, container_id, database_id, rid, self_link, etag, timestamp, json.loads(definition))
        container.throughput, container.lsn = throughput, lsn
        databases[container.database_id].containers[container.id] = container
        container.ranges = ranges.get(key, 1)
    return databases
