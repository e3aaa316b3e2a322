"""Ids, resource ids and ETags: how they look and which are legal."""

import base64
import secrets
import uuid
from typing import Any

from localcloud.cosmos.errors import bad_request

MAX_ID_LENGTH = 255
FORBIDDEN = frozenset("/\\?#")


def checked_id(value: Any, what: str) -> str:
    """A legal id: a non-empty string of at most 255 characters, none of them FORBIDDEN. Raises a 400."""
    if not isinstance(value, str) or not value:
        raise bad_request(
            f"The input content is invalid because the required properties - 'id; ' - are missing or not a string "
            f"({what})."
        )
    if len(value) > MAX_ID_LENGTH or FORBIDDEN & set(value) or value != value.rstrip(" "):
        raise bad_request(f"The id '{value[:80]}' of the {what} is not legal: 1-255 characters, none of / \\ ? #.")
    if any(character < " " or character == "\x7f" for character in value):
        raise bad_request(f"The id {value[:80]!r} of the {what} is not legal: it holds control characters.")
    return value


def new_etag() -> str:
    """A new ETag, quotes included."""
    return f'"{uuid.uuid4()}"'


def rid_text(raw: bytes) -> str:
    """A resource id as text: base64 with "/" written as "-"."""
    return base64.b64encode(raw).decode().replace("/", "-")


def rid_bytes(text: str) -> bytes:
    """The bytes of a resource id. Raises ValueError."""
    return base64.b64decode(text.replace("-", "/"), validate=True)


def database_rid() -> str:
    """4 random bytes: a database made anew is another one for the SDKs' caches."""
    return rid_text(secrets.token_bytes(4))


def container_rid(database: str) -> str:
    """The database's 4 bytes and 4 more; the highest bit marks a container."""
    own = secrets.token_bytes(4)
    return rid_text(rid_bytes(database) + bytes([own[0] | 0x80]) + own[1:])


def item_rid(container: str, number: int) -> str:
    """The container's 8 bytes and the item's number."""
    return rid_text(rid_bytes(container) + number.to_bytes(8, "little"))
