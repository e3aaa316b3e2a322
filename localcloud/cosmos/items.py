"""Items: every operation on one item, inside a transaction of the store.

An operation never looks first and changes after: it runs on the one writing connection, so its conditions hold.
"""

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from localcloud.cosmos import json_text
from localcloud.cosmos.errors import bad_request, conflict, not_found, precondition_failed, too_large
from localcloud.cosmos.expiry import expiry
from localcloud.cosmos.identifiers import checked_id, item_rid, new_etag
from localcloud.cosmos.partition_key import KeyValue, canonical, effective_key, key_of
from localcloud.cosmos.patch import check_condition, condition_of, patched
from localcloud.cosmos.resources import Container, checked_ttl

MAX_ITEM_BYTES = 2 * 1024 * 1024
SYSTEM = ("_rid", "_self", "_etag", "_attachments", "_ts")


@dataclass(frozen=True)
class Conditions:
    """The conditional headers of a request."""

    if_match: str | None = None
    if_none_match: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What an operation answers: status, the item (None after a delete), and how many bytes it touched."""

    status: int
    item: dict[str, Any] | None
    size: int = 0


@dataclass
class ItemTransaction:
    """Operations on the items of one logical partition, all of them with the same LSN."""

    connection: sqlite3.Connection
    container: Container
    key: KeyValue
    now: datetime
    lsn: int
    written: bool = field(default=False, init=False)

    def read(self, item_id: str) -> Outcome:
        """The item. Raises a 404."""
        _, item, size = self._existing(item_id)
        return Outcome(HTTPStatus.OK, item, size)

    def create(self, document: dict[str, Any]) -> Outcome:
        """A new item. Raises a 409 when it exists."""
        item_id = self._checked(document)
        if self._find(item_id) is not None:
            raise conflict()
        return self._insert(item_id, document)

    def upsert(self, document: dict[str, Any], conditions: Conditions) -> Outcome:
        """Replaces the item or creates it; If-Match counts only when it exists. Raises a 412."""
        item_id = self._checked(document)
        found = self._find(item_id)
        if found is None:
            return self._insert(item_id, document)
        _check(found[1], conditions)
        return self._update(found[0], document)

    def replace(self, item_id: str, document: dict[str, Any], conditions: Conditions) -> Outcome:
        """Replaces the item; another id in the body renames it. Raises a 404, 409 or 412."""
        new_id = self._checked(document)
        number, item, _ = self._existing(item_id)
        _check(item, conditions)
        if new_id != item_id and self._find(new_id) is not None:
            raise conflict()
        return self._update(number, document)

    def patch(self, item_id: str, body: dict[str, Any], conditions: Conditions) -> Outcome:
        """Changes parts of the item if its condition holds. Raises a 400, 404 or 412."""
        condition = condition_of(body)
        number, item, _ = self._existing(item_id)
        _check(item, conditions)
        check_condition(condition, item, self.now)
        changed = patched(item, body.get("operations"))
        self._checked(changed)
        return self._update(number, changed)

    def delete(self, item_id: str, conditions: Conditions) -> Outcome:
        """Removes the item. Raises a 404 or 412."""
        number, item, size = self._existing(item_id)
        _check(item, conditions)
        self.connection.execute("DELETE FROM items WHERE number = ?", (number,))
        self.written = True
        return Outcome(HTTPStatus.NO_CONTENT, None, size)

    def _checked(self, document: dict[str, Any]) -> str:
        """The id of a document that may be stored here. Raises a 400."""
        item_id = checked_id(document.get("id"), "document")
        if canonical(key_of(document, self.container.partition_key_path)) != canonical(self.key):
            raise bad_request(
                "PartitionKey extracted from document doesn't match the one specified in the header.", 1001
            )
        if self.container.default_ttl is not None and "ttl" in document:
            checked_ttl(document["ttl"], "ttl of the document")
        return item_id

    def _find(self, item_id: str) -> tuple[int, dict[str, Any], int] | None:
        row = self.connection.execute(
            "SELECT number, body FROM items WHERE container = ? AND pk = ? AND id = ? AND expires > ?",
            (self.container.key, canonical(self.key), item_id, int(self.now.timestamp())),
        ).fetchone()
        return None if row is None else (row[0], json_text.parsed(row[1]), len(row[1]))

    def _existing(self, item_id: str) -> tuple[int, dict[str, Any], int]:
        found = self._find(item_id)
        if found is None:
            raise not_found()
        return found

    def _insert(self, item_id: str, document: dict[str, Any]) -> Outcome:
        pk = canonical(self.key)
        self.connection.execute(  # what has expired is gone for every purpose, so it may be in the way here only
            "DELETE FROM items WHERE container = ? AND pk = ? AND id = ?", (self.container.key, pk, item_id)
        )
        number = self.connection.execute(
            "INSERT INTO items (container, pk, id, epk, lsn, expires, body) VALUES (?, ?, ?, ?, ?, ?, '')",
            (self.container.key, pk, item_id, effective_key(self.key), self.lsn, 0),
        ).lastrowid
        assert number is not None  # noqa: S101 - SQLite gives every inserted row a rowid
        return Outcome(HTTPStatus.CREATED, *self._store(number, document))

    def _update(self, number: int, document: dict[str, Any]) -> Outcome:
        return Outcome(HTTPStatus.OK, *self._store(number, document))

    def _store(self, number: int, document: dict[str, Any]) -> tuple[dict[str, Any], int]:
        timestamp = int(self.now.timestamp())
        rid = item_rid(self.container.rid, number)
        item = {name: value for name, value in document.items() if name not in SYSTEM}
        item |= {
            "_rid": rid,
            "_self": f"{self.container.self_link}docs/{rid}/",
            "_etag": new_etag(),
            "_attachments": "attachments/",
            "_ts": timestamp,
        }
        body = json_text.text(item)
        if len(body) > MAX_ITEM_BYTES:
            raise too_large()
        self.connection.execute(
            "UPDATE items SET id = ?, lsn = ?, expires = ?, body = ? WHERE number = ?",
            (item["id"], self.lsn, expiry(self.container.default_ttl, item, timestamp), body.decode(), number),
        )
        self.written = True
        return item, len(body)


def _check(item: dict[str, Any], conditions: Conditions) -> None:
    if conditions.if_match is not None and conditions.if_match not in ("*", item["_etag"]):
        raise precondition_failed()
    if conditions.if_none_match is not None and conditions.if_none_match in ("*", item["_etag"]):
        raise precondition_failed()
