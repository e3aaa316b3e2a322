"""The user document in container `users`, and how e-mails are compared."""

import hashlib
import unicodedata
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from shared.time import Instant


class Role(StrEnum):
    """What a user may do: use the shop, or run it."""

    USER = "user"
    ADMIN = "admin"


class User(BaseModel):
    """A user as stored; `etag` is the version that was read."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")

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

    def to_document(self) -> dict[str, Any]:
        """The JSON object to store."""
        return self.model_dump(mode="json", by_alias=True)


def email_key(email: str) -> str:
    """Id of the document that makes an e-mail unique: the same for every spelling of upper and lower case."""
    normal = unicodedata.normalize("NFKC", email.strip()).lower()
    return f"email:{hashlib.sha256(normal.encode()).hexdigest()}"
