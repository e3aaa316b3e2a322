"""The user document in container `users`, and how e-mails are compared."""

import hashlib
import unicodedata
from enum import StrEnum
from typing import Literal

from pydantic import Field

from shared.documents import StoredModel
from shared.time import Instant


class Role(StrEnum):
    """What a user may do: use the shop, or run it."""

    USER = "user"
    ADMIN = "admin"


class User(StoredModel):
    """A user as stored; `etag` is the version that was read."""

    id: str
    type: Literal["user"] = "user"
    schema_version: Literal[1] = 1
    email: str
    name: str
    password_hash: str = Field(repr=False)
    role: Role = Role.USER
    is_active: bool = True
    session_version: int = 1
    """Raised whenever all of the user's tokens shall end."""
    created_at: Instant
    updated_at: Instant
    etag: str | None = Field(default=None, alias="_etag", exclude=True)


def email_key(email: str) -> str:
    """Id of the document that makes an e-mail unique: the same for every spelling of upper and lower case."""
    normal = unicodedata.normalize("NFKC", email.strip()).lower()
    return f"email:{hashlib.sha256(normal.encode()).hexdigest()}"
