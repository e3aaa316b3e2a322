"""From an HTTP request on the wire to the `http` Datum of a function. Rules recorded on the real host."""

import re
from collections.abc import Mapping

from aiohttp import HttpVersion11, web

from localcloud.host.http.query import query_parameters
from localcloud.host.model import Datum
from localcloud.host.routing.path import BadTargetError, Target, split_target

MAX_REQUEST_LINE = 8192
MAX_HEADER_BYTES = 32768
MAX_HEADERS = 100
_HOST = re.compile(r"(?:[A-Za-z0-9_.~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")


class RefusedRequestError(Exception):
    """A request that never reaches a function; `status` with an empty body is the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


def checked_target(request: web.Request) -> Target:
    """The request's target. Raises RefusedRequestError for what Kestrel refuses (limits, encodings, Host)."""
    raw = request.raw_path
    if len(request.method) + len(raw) + 11 > MAX_REQUEST_LINE:
        raise RefusedRequestError(414)
    headers = request.raw_headers
    if len(headers) > MAX_HEADERS or sum(len(name) + len(value) + 4 for name, value in headers) > MAX_HEADER_BYTES:
        raise RefusedRequestError(431)
    try:
        target = split_target(raw)
        for _, value in headers:
            value.decode("utf-8")
    except (BadTargetError, UnicodeDecodeError) as error:
        raise RefusedRequestError(400) from error
    hosts = request.headers.getall("Host", [])
    if hosts == [""]:
        raise RefusedRequestError(500)
    if not hosts and request.version < HttpVersion11:
        return target
    if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
        raise RefusedRequestError(400)
    return target


def joined_headers(request: web.Request, authority: str | None) -> dict[str, str]:
    """Headers by lower-case name, repeats joined with "," (empty repeats dropped)."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in request.raw_headers:
        name, value = raw_name.decode("utf-8").lower(), raw_value.decode("utf-8").strip(" \t")
        earlier = headers.get(name)
        headers[name] = f"{earlier},{value}" if earlier and value else earlier or value
    if authority is not None:
        headers["host"] = authority
    return headers


async def request_datum(request: web.Request, target: Target, route_values: Mapping[str, str]) -> Datum:
    """The Datum that a function's HTTP trigger gets. Reads the whole body; raises RefusedRequestError(413)."""
    if (request.content_length or 0) > request.client_max_size:
        raise RefusedRequestError(413)
    headers = joined_headers(request, target.authority)
    question = "?" + target.query if "?" in request.raw_path else ""
    if headers.get("expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
    try:
        body = await request.read() if request.can_read_body else b""
    except web.HTTPRequestEntityTooLarge as error:
        raise RefusedRequestError(413) from error
    return Datum(
        "http",
        {
            "method": request.method.upper(),
            "url": f"http://{headers.get('host', 'localhost')}{target.path}{question}",
            "headers": headers,
            "params": dict(sorted(route_values.items())),
            "query": query_parameters(target.query),
            "body": Datum("bytes", body),
        },
    )
