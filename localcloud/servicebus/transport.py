"""Connections over asyncio: one write per loop turn, heartbeats, and an end for peers that are silent or don't read."""

import asyncio
from collections.abc import Callable

from localcloud.servicebus.amqp.connection import IDLE_TIME_OUT_MS, Connection
from localcloud.servicebus.amqp.endpoint import Acceptor

MOST_UNSENT = 64 * 1024 * 1024
"""Bytes that wait for a client that doesn't read before it is dropped."""
SILENCE_SECONDS = 2 * IDLE_TIME_OUT_MS / 1000


class AmqpProtocol(asyncio.Protocol):
    """One TCP connection. `gone` is called with it at the end."""

    def __init__(
        self,
        acceptor: Acceptor,
        container_id: str,
        opened: Callable[["AmqpProtocol"], None],
        gone: Callable[["AmqpProtocol"], None],
    ) -> None:
        self.connection = Connection(acceptor, container_id, self._schedule)
        self._opened, self._gone = opened, gone
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()
        self._is_scheduled = False
        self._heard = self._loop.time()
        self._tick: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The client is there."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - the server is a stream server
        self._transport = transport
        transport.set_write_buffer_limits(high=MOST_UNSENT)
        self._opened(self)
        self._tick = self._loop.call_later(1, self._on_tick)

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        self._heard = self._loop.time()
        self.connection.receive(data)

    def pause_writing(self) -> None:
        """The client doesn't read."""
        self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        if self._tick is not None:
            self._tick.cancel()
        self._transport = None
        self.connection.end()
        self._gone(self)

    def abort(self) -> None:
        """Drops the connection without a word."""
        if self._transport is not None:
            self._transport.abort()

    def _schedule(self) -> None:
        if not self._is_scheduled:
            self._is_scheduled = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._is_scheduled = False
        if self._transport is None:
            return
        output = self.connection.take_output()
        if output:
            self._transport.write(output)
        if self.connection.is_closed:
            self._transport.close()

    def _on_tick(self) -> None:
        if self._loop.time() - self._heard > SILENCE_SECONDS:
            self.abort()
            return
        idle = self.connection.peer_idle_ms / 1000
        if idle:
            self.connection.send_heartbeat()
        self._tick = self._loop.call_later(min(max(idle / 3, 0.05), 30) if idle else 30, self._on_tick)
