"""JSON as the Functions host reads its own files: byte order mark, comments and trailing commas are accepted."""

import json
import re
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/|,(?=(?:\s|//[^\n]*|/\*.*?\*/)*[}\]])', re.DOTALL)


class TolerantJsonError(ValueError):
    """The text is not JSON, even generously read.

    `line` and `column` count from 1; `at_end` tells that the text just stops too early, `surplus` is the first
    character behind complete JSON.
    """

    def __init__(self, text: str, error: json.JSONDecodeError) -> None:
        super().__init__(f"{error.msg}: line {error.lineno} column {error.colno}")
        self.line, self.column = error.lineno, error.colno
        self.at_end = error.pos >= len(text.rstrip())
        self.surplus = text[error.pos] if error.msg == "Extra data" else ""


def loads(raw: bytes) -> Any:
    """Parses a settings file. Raises TolerantJsonError, or UnicodeDecodeError for bytes that are not UTF-8."""
    text = raw.decode("utf-8-sig")
    bare = _TOKEN.sub(_keep_strings, text)
    try:
        return json.loads(bare)
    except json.JSONDecodeError as error:
        raise TolerantJsonError(bare, error) from error


def _keep_strings(found: re.Match[str]) -> str:
    token = found.group()
    if token.startswith('"'):
        return token
    # blanks of the same shape keep line and column numbers true
    return re.sub(r"[^\n]", " ", token)
