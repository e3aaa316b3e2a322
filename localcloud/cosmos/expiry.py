"""Time to live: from which second on an item is gone for every purpose.

Only a container with a defaultTtl honours the `ttl` of its items; -1 means for ever. Items are stored with their
expiry, so a container whose defaultTtl changes gets it reckoned anew.
"""

import sqlite3
from typing import Any

NEVER = 2**62


def expiry(default_ttl: int | None, item: dict[str, Any], timestamp: int) -> int:
    """The first second without the item that was written at `timestamp`."""
    if default_ttl is None:
        return NEVER
    ttl = item.get("ttl", default_ttl)
    return NEVER if ttl == -1 else timestamp + int(ttl)


def renew_expiries(connection: sqlite3.Connection, container: int, default_ttl: int | None) -> None:
    """Applies a new defaultTtl to the stored items of a container, given by its key.

    What was stored as `ttl` while nobody looked at it counts only if it is a positive integer or -1.
    """
    connection.execute(
        "UPDATE items SET expires = CASE WHEN wanted = -1 THEN ?1 ELSE written + wanted END FROM ("
        " SELECT number AS one, json_extract(body, '$._ts') AS written,"
        " CASE WHEN ?3 IS NULL THEN -1"
        "  WHEN json_type(body, '$.ttl') = 'integer' AND (json_extract(body, '$.ttl') = -1"
        "   OR json_extract(body, '$.ttl') > 0) THEN json_extract(body, '$.ttl') ELSE ?3 END AS wanted"
        " FROM items WHERE container = ?2) WHERE number = one",
        (NEVER, container, default_ttl),
    )
