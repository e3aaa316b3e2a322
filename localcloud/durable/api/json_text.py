"""JSON texts as they come and as they are shown: bodies are kept verbatim, views hold them parsed."""

import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from typing import Any

from aiohttp import web

_UNQUOTED_NAME = re.compile(r"\s*\{\s*[A-Za-z_$][\w$]*$")
_LITERALS = {"t": ("true", "boolean"), "f": ("false", "boolean"), "n": ("null", "null")}


class JsonTextError(ValueError):
    """A body is not JSON; the text is worded like the real extension's JSON reader."""


def parsed(text: str | None) -> Any:
    """The value of a JSON text; a text that is no JSON stands for itself, None stays None."""
    if text is None:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


async def body_text(request: web.Request) -> str | None:
    """The request's JSON body as it was sent, or None when there is none.

    Of the content type only the charset plays a part (unknown ones and none mean UTF-8, or what the byte order mark
    says), and bytes that are not in it are replaced, as in the real extension. Raises JsonTextError.
    """
    text = _decoded(await request.read(), request.charset)
    if not text.strip():
        return None
    try:
        json.loads(text)
    except ValueError as error:
        raise JsonTextError(_reader_message(text, error)) from None
    except RecursionError:
        raise JsonTextError("The JSON is nested too deeply to be read. Send it as a string, or flatten it.") from None
    return text


def _decoded(body: bytes, charset: str | None) -> str:
    marked = "utf-16" if body.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = body.decode(charset or marked, "replace")
    except LookupError:
        text = body.decode(marked, "replace")
    return text.removeprefix("\ufeff")


def _reader_message(text: str, error: ValueError) -> str:
    """What Newtonsoft.Json says about the two most frequent mistakes; otherwise its general sentence."""
    lines = text.splitlines() or [""]
    end = f"Path '', line {len(lines)}, position {len(lines[-1])}."
    if _UNQUOTED_NAME.match(text):
        return f"Unexpected end while parsing unquoted property name. {end}"
    start = text.lstrip()
    word, kind = _LITERALS.get(start[0], ("", ""))
    if word and not start.startswith(word):
        same = next((i for i, (a, b) in enumerate(zip(start, word, strict=False)) if a != b), len(start))
        return f"Error parsing {kind} value. Path '', line 1, position {same}."
    if isinstance(error, json.JSONDecodeError) and error.pos < len(text):
        found = text[error.pos]
        return (
            f"Unexpected character encountered while parsing value: {found}. "
            f"Path '', line {error.lineno}, position {error.colno - 1}."
        )
    return f"Unexpected end of content while loading JSON. {end}"
