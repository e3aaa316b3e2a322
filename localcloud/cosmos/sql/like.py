"""LIKE patterns."""

import re
from functools import lru_cache

from localcloud.cosmos.sql.values import UNDEFINED, Value
from localcloud.like_pattern import compile_like


def matches(value: Value, pattern: Value, escape: str | None) -> Value:
    """Whether the whole string matches `%`, `_`, `[set]`, `[^set]`; undefined unless both are strings."""
    if not (isinstance(value, str) and isinstance(pattern, str)):
        return UNDEFINED
    return _compiled(pattern, escape).fullmatch(value) is not None


@lru_cache(maxsize=512)
def _compiled(pattern: str, escape: str | None) -> re.Pattern[str]:
    parts: list[str | None] = []
    at = 0
    while at < len(pattern):
        part, at = _next_part(pattern, at, escape)
        parts.append(part)
    return compile_like(parts)


def _next_part(pattern: str, at: int, escape: str | None) -> tuple[str | None, int]:
    """The regular expression for the next element (None: `%`) and where the one after it starts."""
    character = pattern[at]
    if character == escape and at + 1 < len(pattern):
        return re.escape(pattern[at + 1]), at + 2
    if character == "%":
        return None, at + 1
    if character == "_":
        return ".", at + 1
    end = pattern.find("]", at + 2)
    if character == "[" and end > 0:
        return _character_set(pattern[at + 1 : end]), end + 1
    return re.escape(character), at + 1


def _character_set(content: str) -> str:
    negated = content.startswith("^") and len(content) > 1
    members = re.sub(r"([\\\[\]^&~|])", r"\\\1", content[1:] if negated else content)
    return f"[{'^' if negated else ''}{members}]"
