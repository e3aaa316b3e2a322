"""Ids of the shop's resources."""

import re
import uuid

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def new_id() -> str:
    """A new random id."""
    return uuid.uuid4().hex


def is_id(text: str) -> bool:
    """Whether a text can be an id at all; what can't is never asked the database for."""
    return _ID.fullmatch(text) is not None
