"""Entity tags `"<revision>.<hash>"`: the revision guards changes, the whole tag tells whether a copy is still right."""

import re
from collections.abc import Mapping
from typing import Any

from shared.idempotency import fingerprint

_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_REVISION = re.compile(r"(\d{1,15})\.[0-9a-f]+")


def entity_tag(revision: int, representation: Mapping[str, Any]) -> str:
    """The tag of a representation at a revision."""
    return f'"{revision}.{fingerprint(representation)[:16]}"'


def is_unchanged(if_none_match: str | None, tag: str) -> bool:
    """Whether If-None-Match holds the tag (weak comparison, RFC 9110 13.1.2)."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag.strip('"') in [found[1] for found in _TAG.findall(if_none_match)]


def revisions(if_match: str | None) -> frozenset[int] | None:
    """The revisions that If-Match allows; None when any will do (no header, or `*`).

    Weak tags match nothing (strong comparison, RFC 9110 13.1.1), and neither does what isn't one of our tags.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    strong = [text for weak, text in _TAG.findall(if_match) if not weak]
    return frozenset(int(match[1]) for text in strong if (match := _REVISION.fullmatch(text)))
