"""Empties containers and keeps their definitions, for tests that start from nothing."""

import sqlite3

from localcloud.cosmos.identifiers import container_rid, database_rid, new_etag
from localcloud.cosmos.resources import Container, Database
from localcloud.cosmos.store import CosmosStore


async def reset(store: CosmosStore, database_id: str | None = None) -> list[str]:
    """Removes all items of one database, or of all; answers the ids of the databases. Raises a 404.

    Databases and containers get new resource ids, because clients remember what they know by these.
    """
    chosen = list(store.databases.values()) if database_id is None else [store.database(database_id)]
    for database in chosen:
        await _reset_database(store, database)
    return [database.id for database in chosen]


async def _reset_database(store: CosmosStore, database: Database) -> None:
    rid, etag = database_rid(), new_etag()
    containers = [(container, container_rid(rid), new_etag()) for container in database.containers.values()]

    def job(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE databases SET rid = ?, etag = ? WHERE key = ?", (rid, etag, database.key))
        for container, its_rid, its_etag in containers:
            connection.execute("DELETE FROM items WHERE container = ?", (container.key,))
            row = (its_rid, _link(rid, its_rid), its_etag, container.key)
            connection.execute("UPDATE containers SET rid = ?, self = ?, etag = ? WHERE key = ?", row)

    await store.file.write(job)
    database.rid, database.etag = rid, etag
    for container, its_rid, its_etag in containers:
        _rename(container, its_rid, _link(rid, its_rid), its_etag)


def _link(database: str, container: str) -> str:
    return f"dbs/{database}/colls/{container}/"


def _rename(container: Container, rid: str, self_link: str, etag: str) -> None:
    container.rid, container.self_link, container.etag = rid, self_link, etag
