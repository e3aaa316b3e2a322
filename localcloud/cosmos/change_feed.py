"""The change feed in its latest-version mode: every item once, where its newest version was committed.

A position in the feed is an LSN. All items of one commit (a batch) share theirs, so a page never ends inside one: the
next page starts after it. Deleted and expired items don't appear.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localcloud.cosmos import json_text
from localcloud.cosmos.query import Scope
from localcloud.cosmos.resources import Container

_MAX_PAGE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Start:
    """Where to read from."""

    after: int | None = 0
    """The LSN of the last page; 0 for the beginning, None for the present end."""
    since: int = 0
    """Only versions written in this second (of the epoch) or later."""


@dataclass(frozen=True)
class ChangePage:
    """Changed items in commit order, each with `_lsn`, and the LSN to go on after."""

    documents: list[dict[str, Any]]
    lsn: int


def read_changes(
    connection: sqlite3.Connection, container: Container, scope: Scope, now: datetime, *, start: Start, limit: int
) -> ChangePage:
    """At least `limit` changes if there are so many, more only to complete a commit."""
    # the end comes first: what is committed after this line is left for the next page
    row = connection.execute("SELECT lsn FROM containers WHERE key = ?", (container.key,)).fetchone()
    end = int(row[0]) if row else container.lsn
    if start.after is None:
        return ChangePage([], end)
    where, arguments = scope.where(container, now)
    if start.since:
        where, arguments = f"{where} AND json_extract(body, '$._ts') >= ?", [*arguments, start.since]
    sql = f"SELECT lsn, body FROM items WHERE {where} AND lsn > ? AND lsn <= ? ORDER BY lsn, number"  # noqa: S608 - built from fixed texts; values are arguments
    cursor = connection.execute(sql, (*arguments, start.after, end))
    try:
        return _page(cursor, end, limit)
    finally:
        cursor.close()  # an open one would pin the connection to what it saw


def _page(cursor: sqlite3.Cursor, end: int, limit: int) -> ChangePage:
    documents: list[dict[str, Any]] = []
    last, size = end, 0
    for lsn, body in cursor:
        if documents and lsn != last and (len(documents) >= limit or size >= _MAX_PAGE_BYTES):
            break
        documents.append({**json_text.parsed(body), "_lsn": lsn})
        last, size = lsn, size + len(body)
    return ChangePage(documents, last)
