"""From what a function returned to an HTTP response. Rules recorded on the real host."""

import json
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from multidict import CIMultiDict

from localcloud.host.http.cookies import set_cookie
from localcloud.host.model import Datum

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")
_BODILESS = frozenset({204, 205, 304})


class BadResponseError(Exception):
    """The function's response can't be sent; the client gets 500 with an empty body, the text goes to the log."""


class PlainResponse(web.Response):
    """A response that sends exactly the headers it was given: no Content-Type of its own, bodies also below 200."""

    async def _prepare_headers(self) -> None:
        typed = "Content-Type" in self.headers
        if 100 <= self.status < 200 and self._req is not None and self._req.method != "HEAD":
            self._must_be_empty_body = False
            self._chunked = True  # clients ignore a Content-Length here
        await super()._prepare_headers()
        if not typed:
            self.headers.popall("Content-Type", None)


def empty(status: int, headers: Mapping[str, str] | None = None) -> web.Response:
    """A response without a body."""
    return PlainResponse(status=status, headers=headers)


def text(status: int, content: str) -> web.Response:
    """A plain-text answer of the host itself."""
    return PlainResponse(status=status, body=content.encode(), headers={"Content-Type": "text/plain; charset=utf-8"})


def json_answer(status: int, content: Any, headers: Mapping[str, str] | None = None) -> web.Response:
    """A JSON answer of the host itself."""
    typed = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    return PlainResponse(status=status, body=json.dumps(content).encode(), headers=typed)


def function_response(value: Datum | None) -> web.Response:
    """The response for a function's HTTP output; nothing (or null) means 204. Raises BadResponseError."""
    if value is None or value.type is None:
        return empty(204)
    if value.type != "http":
        headers = CIMultiDict({"Content-Type": "text/plain; charset=utf-8"})
        return PlainResponse(status=200, body=_body(value), headers=headers)
    content = value.value
    status = _status(content.get("status_code"))
    body = b"" if status in _BODILESS else _body(content.get("body"))
    headers = _headers(content.get("headers") or {}, body, status)
    for cookie in content.get("cookies") or ():
        headers.add("Set-Cookie", _checked("Set-Cookie", set_cookie(cookie)))
    return PlainResponse(status=status, body=body, headers=headers)


def _status(value: Any) -> int:
    shown = str(value).strip() if value is not None else "200"
    if not re.fullmatch(r"[+-]?\d+", shown):
        return 200
    status = int(shown)
    if not 101 <= status <= 999:
        raise BadResponseError(f"The status code {status} can't be sent: no client can read it. Use 101 to 999.")
    return status


def _headers(given: Mapping[str, Any], body: bytes, status: int) -> CIMultiDict[str]:
    headers: CIMultiDict[str] = CIMultiDict()
    for name, value in given.items():
        lower = name.lower()
        if lower == "transfer-encoding":
            raise BadResponseError("The header Transfer-Encoding is the host's own. Remove it from the response.")
        if lower == "content-length":
            if str(value).strip() != str(len(body)) and status not in _BODILESS:
                raise BadResponseError(f"Content-Length is {value}, but the body has {len(body)} bytes.")
            continue
        if lower != "content-type" or value:
            headers[name] = _checked(name, str(value))
    return headers


def _checked(name: str, value: str) -> str:
    if not _NAME.fullmatch(name):
        raise BadResponseError(f"Invalid header name: {name!r}")
    if not _VALUE.fullmatch(value):
        raise BadResponseError(f"Invalid non-ASCII or control character in header {name}: {value!r}")
    return value


def _body(value: Any) -> bytes:
    content = value.value if isinstance(value, Datum) else value
    if content is None:
        return b""
    return content if isinstance(content, bytes) else str(content).encode()
