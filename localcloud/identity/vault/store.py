"""Secrets in SQLite: every acknowledged change is on disk. Names are compared without case, as Key Vault does."""

import json
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from localcloud.group_commit import GroupCommitDatabase
from localcloud.identity.vault.errors import deleted_secret_not_found, name_is_deleted, secret_not_found
from localcloud.identity.vault.model import Change, SecretVersion

_SCHEMA = """
CREATE TABLE IF NOT EXISTS deleted (key TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS versions (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, version TEXT NOT NULL, document TEXT NOT NULL,
  UNIQUE (key, version)
);
"""


class SecretStore:
    """The vault's content. Every method may raise VaultError."""

    def __init__(self, path: Path) -> None:
        self._database = GroupCommitDatabase(path, _SCHEMA)

    def open(self) -> None:
        """Opens the file; raises StoreUnusableError."""
        self._database.open()

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    async def add_version(self, name: str, change: Change, now: datetime) -> SecretVersion:
        """Stores a new version, which becomes the current one."""
        moment = int(now.timestamp())
        added = SecretVersion(name, secrets.token_hex(16), change.value or "", moment, moment)
        added = replace(added, **change.properties())

        def job(connection: sqlite3.Connection) -> SecretVersion:
            if _deleted_at(connection, name) is not None:
                raise name_is_deleted(name)
            return _insert(connection, added)

        return await self._database.write(job)

    async def generate_missing(self, names: Iterable[str], now: datetime) -> None:
        """Gives each of the secrets that has never existed a random value of 64 characters."""
        for name in names:
            if not self._database.read(partial(_find, name=name)):
                await self.add_version(name, Change(value=secrets.token_urlsafe(48)), now)

    def get(self, name: str, version: str = "") -> SecretVersion:
        """A version, or the current one."""

        def job(connection: sqlite3.Connection) -> SecretVersion:
            found = _find(connection, name, version) if _deleted_at(connection, name) is None else []
            if not found:
                raise secret_not_found(f"{name}/{version}" if version else name)
            return found[-1]

        return self._database.read(job)

    async def update(self, name: str, version: str, change: Change, now: datetime) -> SecretVersion:
        """Changes properties of a version (of the current one without `version`), never its value."""
        self.get(name, version)

        def job(connection: sqlite3.Connection) -> SecretVersion:
            found = _find(connection, name, version)
            if not found or _deleted_at(connection, name) is not None:
                raise secret_not_found(f"{name}/{version}")
            changed = replace(found[-1], **change.properties(), updated=int(now.timestamp()))
            connection.execute(
                "UPDATE versions SET document = ? WHERE key = ? AND version = ?",
                (json.dumps(asdict(changed)), name.lower(), changed.version),
            )
            return changed

        return await self._database.write(job)

    def versions(self, name: str) -> list[SecretVersion]:
        """Every version, oldest first; none for an unknown or deleted name."""
        return self._database.read(
            lambda connection: _find(connection, name) if _deleted_at(connection, name) is None else []
        )

    def current(self, *, deleted: bool = False) -> list[tuple[SecretVersion, int]]:
        """The current version of every secret by name, with the time of its deletion (0 for a living one)."""

        def job(connection: sqlite3.Connection) -> list[tuple[SecretVersion, int]]:
            rows = connection.execute(
                "SELECT document, coalesce(at, 0), max(sequence) FROM versions LEFT JOIN deleted USING (key) "
                "WHERE (at IS NOT NULL) = ? GROUP BY key ORDER BY key",
                (deleted,),
            )
            return [(SecretVersion(**json.loads(document)), at) for document, at, _ in rows]

        return self._database.read(job)

    async def delete(self, name: str, now: datetime) -> tuple[SecretVersion, int]:
        """Deletes softly; returns the current version and the time of deletion."""

        def job(connection: sqlite3.Connection) -> tuple[SecretVersion, int]:
            found = _find(connection, name)
            if not found or _deleted_at(connection, name) is not None:
                raise secret_not_found(name)
            at = int(now.timestamp())
            connection.execute("INSERT INTO deleted VALUES (?, ?)", (name.lower(), at))
            return found[-1], at

        return await self._database.write(job)

    def get_deleted(self, name: str) -> tuple[SecretVersion, int]:
        """A softly deleted secret and the time of its deletion."""

        def job(connection: sqlite3.Connection) -> tuple[SecretVersion, int]:
            at = _deleted_at(connection, name)
            if at is None:
                raise deleted_secret_not_found(name)
            return _find(connection, name)[-1], at

        return self._database.read(job)

    async def recover(self, name: str) -> SecretVersion:
        """Undoes a deletion."""

        def job(connection: sqlite3.Connection) -> SecretVersion:
            if not connection.execute("DELETE FROM deleted WHERE key = ?", (name.lower(),)).rowcount:
                raise deleted_secret_not_found(name)
            return _find(connection, name)[-1]

        return await self._database.write(job)

    async def purge(self, name: str) -> None:
        """Removes a softly deleted secret for good."""

        def job(connection: sqlite3.Connection) -> None:
            if not connection.execute("DELETE FROM deleted WHERE key = ?", (name.lower(),)).rowcount:
                raise deleted_secret_not_found(name)
            connection.execute("DELETE FROM versions WHERE key = ?", (name.lower(),))

        await self._database.write(job)

    async def wipe(self) -> None:
        """Removes everything."""

        def job(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM deleted")
            connection.execute("DELETE FROM versions")

        await self._database.write(job)


def _insert(connection: sqlite3.Connection, added: SecretVersion) -> SecretVersion:
    connection.execute(
        "INSERT INTO versions (key, version, document) VALUES (?, ?, ?)",
        (added.name.lower(), added.version, json.dumps(asdict(added))),
    )
    return added


def _find(connection: sqlite3.Connection, name: str, version: str = "") -> list[SecretVersion]:
    rows = connection.execute(
        "SELECT document FROM versions WHERE key = ? AND (? = '' OR version = ?) ORDER BY sequence",
        (name.lower(), version, version),
    )
    return [SecretVersion(**json.loads(document)) for (document,) in rows]


def _deleted_at(connection: sqlite3.Connection, name: str) -> int | None:
    row = connection.execute("SELECT at FROM deleted WHERE key = ?", (name.lower(),)).fetchone()
    return int(row[0]) if row else None
