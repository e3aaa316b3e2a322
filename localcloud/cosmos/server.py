"""The stand-in as a server: http and, with a certificate, https."""

import logging
import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from localcloud.clock import Clock, SystemClock
from localcloud.cosmos.authorization import authorize, require_data_plane
from localcloud.cosmos.errors import CosmosError
from localcloud.cosmos.faults import Fault, FaultRules
from localcloud.cosmos.http.admin import AdminApi
from localcloud.cosmos.http.exchange import Exchange
from localcloud.cosmos.http.operation import operation_of
from localcloud.cosmos.http.router import handler_of
from localcloud.cosmos.store import CosmosStore

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 4 * 1024 * 1024


class CosmosServer:
    """Serves one data folder. Port 0 picks a free one; `tls_port` counts only together with `ssl_context`."""

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int = 0,
        tls_port: int | None = None,
        ssl_context: ssl.SSLContext | None = None,
        clock: Clock | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self._clock = clock or SystemClock()
        self.store = CosmosStore(data_dir / "cosmos.db", self._clock)
        self.faults = FaultRules()
        self.port, self.tls_port = port, tls_port
        self._host, self._ssl = host, ssl_context
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Opens the store and listens. Raises StoreUnusableError, and OSError when a port is in use."""
        self.store.open()
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.add_routes(AdminApi(self.store, self.faults).routes())
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1)
        await self._runner.setup()
        try:
            self.port = await self._listen(self.port, None)
            if self._ssl is not None:
                self.tls_port = await self._listen(self.tls_port or 0, self._ssl)
        except OSError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stops listening, then closes the store. Harmless when not started."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self.store.close()

    async def _listen(self, port: int, context: ssl.SSLContext | None) -> int:
        assert self._runner is not None  # noqa: S101 - called by start only
        listener = socket.create_server((self._host, port))
        await web.SockSite(self._runner, listener, ssl_context=context).start()
        return int(listener.getsockname()[1])

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        exchange = Exchange(request, b"")
        try:
            exchange = Exchange(request, await request.read())
            return await self._answer(exchange)
        except web.HTTPRequestEntityTooLarge:
            return exchange.refusal(CosmosError(413, "Request size is too large."))
        except CosmosError as error:
            return exchange.refusal(error)
        except Exception:  # a fault of the stand-in is a 503, which SDKs try again
            logger.exception("Cosmos DB stand-in: %s %s failed", request.method, request.raw_path)
            return exchange.refusal(CosmosError(503, "The stand-in failed on this request: see its log."))

    async def _answer(self, exchange: Exchange) -> web.StreamResponse:
        request, segments = exchange.request, exchange.segments
        handler = handler_of(segments)
        identity = authorize(
            request.method,
            request.raw_path,
            request.headers,
            now=self._clock.now(),
            date=datetime.now(UTC),  # clients sign with the machine's time, however far tests have moved the clock
            audience_host=request.host.split(":")[0],
        )
        resource_type = segments[(len(segments) - 1) // 2 * 2] if segments else ""
        is_query = exchange.flag("x-ms-documentdb-isquery")
        require_data_plane(identity, request.method, resource_type, is_query=is_query)
        fault = await self._fault(exchange)
        if fault is not None and fault.drop == "before":
            return _dropped(request)
        if fault is not None and fault.error is not None:
            raise fault.error
        answer = await handler(self.store, exchange)
        return _dropped(request) if fault is not None and fault.drop == "after" else answer

    async def _fault(self, exchange: Exchange) -> Fault | None:
        segments = exchange.segments
        return await self.faults.intercept(
            exchange.request.method,
            "/" + "/".join(segments),
            operation_of(exchange),
            segments[3] if len(segments) > 3 else None,
            exchange.header("x-ms-documentdb-partitionkey"),
        )


def _dropped(request: web.Request) -> web.Response:
    """Closes the connection without an answer."""
    with suppress(AttributeError):
        request.transport.abort()  # type: ignore[union-attr]  # None when the client has gone already
    return web.Response()
