"""Percent-decoding and dot segments, as Kestrel treats the request target."""

import re
from typing import NamedTuple

_ESCAPES = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)(.*)", re.DOTALL)


class BadTargetError(Exception):
    """The request target can't be served: the answer is 400 with an empty body."""


class Target(NamedTuple):
    """A request target, taken apart but not decoded."""

    authority: str | None
    """Host of an absolute-form target; it replaces the Host header."""
    path: str
    query: str
    """Without the question mark."""


def split_target(raw: str) -> Target:
    """Takes a raw request target apart; a `#` belongs to the path (no client should send it)."""
    authority = None
    if not raw.startswith("/"):
        absolute = _ABSOLUTE.fullmatch(raw)
        if absolute is None:
            raise BadTargetError(raw)
        authority, raw = absolute.group(1), absolute.group(2) or "/"
    path, _, query = raw.partition("?")
    return Target(authority, path, query)


def unescape(text: str, *, keep: bytes = b"") -> str:
    """Decodes percent escapes once. Escapes of the bytes in `keep`, broken ones and invalid UTF-8 stay as written."""
    if "%" not in text:
        return text
    return _ESCAPES.sub(lambda found: _decode_run(found.group(), keep), text)


def _decode_run(run: str, keep: bytes) -> str:
    out, position = "", 0
    raw = bytes.fromhex(run.replace("%", ""))
    while position < len(raw):
        size = _utf8_size(raw[position])
        piece = raw[position : position + size]
        written = run[position * 3 : (position + 1) * 3]
        if raw[position] in keep:
            out, position = out + written, position + 1
            continue
        try:
            out, position = out + piece.decode("utf-8"), position + len(piece)
        except UnicodeDecodeError:
            out, position = out + written, position + 1
    return out


def _utf8_size(first: int) -> int:
    return 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4


def decoded_path(raw: str) -> str:
    """The path that routes are matched against, without its leading slash: decoded once (`%2F` stays), dots resolved.

    Raises BadTargetError for `%00`.
    """
    path = raw
    if "%" in raw:
        path = unescape(raw, keep=b"/")
        if "\0" in path:
            raise BadTargetError(raw)
    if "/." in path:
        path = _without_dots(path)
    return path[1:]


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)
