"""Answers and error bodies as the real extension sends them."""

import json
from typing import Any

from aiohttp import web

_CONTENT_TYPE = "application/json; charset=utf-8"
_BAD_ARGUMENT = "One or more of the arguments submitted is incorrect"
_BROKEN = "Something went wrong while processing your request"


def json_answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON body, compact and as raw UTF-8, like the real extension's."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return web.Response(
        body=text.encode("utf-8", "replace"), status=status, headers={**(headers or {}), "Content-Type": _CONTENT_TYPE}
    )


def empty(status: int) -> web.Response:
    """No body and no content type: 202 of an operation, 404, 410."""
    return web.Response(status=status)


def message(status: int, text: str) -> web.Response:
    """The short error body: `{"Message": text}`."""
    return json_answer({"Message": text}, status)


def failure(status: int, summary: str, text: str, exception_type: str) -> web.Response:
    """The long error body, that of an exception inside the extension (without a stack: this one has no .NET frames)."""
    body = {"Message": summary, "ExceptionMessage": text, "ExceptionType": exception_type, "StackTrace": ""}
    return json_answer(body, status)


def bad_json(text: str) -> web.Response:
    """400 for a body that is not JSON."""
    return failure(400, "Invalid JSON content", text, "Newtonsoft.Json.JsonReaderException")


def bad_argument(text: str, exception_type: str = "System.ArgumentException") -> web.Response:
    """400 for an argument that the extension refuses."""
    return failure(400, _BAD_ARGUMENT, text, exception_type)


def broken(text: str, exception_type: str = "System.InvalidOperationException") -> web.Response:
    """500 for an operation that is not possible now."""
    return failure(500, _BROKEN, text, exception_type)


def not_built(what: str) -> web.Response:
    """501 that names what this host can't do."""
    return message(501, f"Not supported by localcloud: {what}. Use Azure or Microsoft's own host for it.")
