"""The HTTP server: aiohttp's, made to accept and to refuse what Kestrel accepts and refuses."""

import asyncio
import errno
import re
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import HttpVersion11, web
from aiohttp.http_exceptions import LineTooLong
from aiohttp.http_parser import HttpRequestParserPy
from aiohttp.web_protocol import RequestHandler

from localcloud.host.http.response import empty

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_KNOWN_METHOD = re.compile(rb"(?:GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS|TRACE|CONNECT) ")
_REQUEST_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+ \S+ HTTP/1\.[01]\r\n")
_GENEROUS = 1 << 20
"""The parser's own limits stay out of the way; the handler refuses with Kestrel's limits and statuses."""


class PortInUseError(Exception):
    """The port is taken or is none; the text says which and what to do."""


class _Connection(RequestHandler):
    """One connection: bare error answers, and any method name."""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """An empty answer instead of aiohttp's page."""
        if request.writer.output_size > 0:
            raise ConnectionError("The response is under way already.")
        answer = empty(431 if isinstance(exc, LineTooLong) else status)
        request._version = HttpVersion11  # noqa: SLF001 - of a request that can't be read aiohttp assumes 1.0
        answer.force_close()
        return answer

    def data_received(self, data: bytes) -> None:
        """Hands bytes to the parser; the fast one knows only the usual methods, so others get the thorough one."""
        idle = not self._messages and (self._request_count == 0 or self._waiter is not None)
        if idle and not _KNOWN_METHOD.match(data) and _REQUEST_LINE.match(data):
            self._parser = HttpRequestParserPy(
                self,
                asyncio.get_running_loop(),
                1 << 16,
                max_line_size=_GENEROUS,
                max_field_size=_GENEROUS,
                max_headers=1000,
                payload_exception=web.RequestPayloadError,
                auto_decompress=False,
            )
        super().data_received(data)


class HttpServer:
    """Listens on a port and hands every request to one handler."""

    def __init__(self, handler: Handler, *, max_body: int) -> None:
        """`max_body` in bytes; a longer body makes `request.read()` raise HTTPRequestEntityTooLarge."""
        self._handler = handler
        self._max_body = max_body
        self._server: asyncio.Server | None = None
        self._acceptor: web.Server | None = None
        self.port = 0

    async def start(self, host: str, port: int) -> None:
        """Listens; port 0 takes a free one. Raises PortInUseError."""
        loop = asyncio.get_running_loop()
        acceptor = _Acceptor(
            self._handler,  # type: ignore[arg-type]  # the factory below makes web.Request, more than is promised
            request_factory=self._request,
            max_line_size=_GENEROUS,
            max_field_size=_GENEROUS,
            max_headers=1000,
            auto_decompress=False,
            access_log=None,
        )
        self._acceptor = acceptor
        try:
            self._server = await loop.create_server(acceptor, host, port, backlog=512)
        except OverflowError as error:
            raise PortInUseError(f"{port} is no port. Give a number from 0 (any free port) to 65535.") from error
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            raise PortInUseError(
                f"Port {port} is unavailable. Close the process using that port, or specify another port using --port."
            ) from error
        listening: socket.socket = self._server.sockets[0]
        self.port = listening.getsockname()[1]

    async def stop(self, patience: float = 5.0) -> None:
        """Stops listening, gives running requests `patience` seconds, then closes the connections."""
        if self._server is not None and self._acceptor is not None:
            self._server.close()
            self._acceptor.pre_shutdown()  # closes idle connections at once
            await self._acceptor.shutdown(patience)
            self._server = None

    def _request(self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.Request:
        loop = asyncio.get_running_loop()
        return web.Request(message, payload, protocol, writer, task, loop, client_max_size=self._max_body)


class _Acceptor(web.Server):
    """Makes a `_Connection` for each accepted connection."""

    def __call__(self) -> RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)
