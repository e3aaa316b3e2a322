"""One port for plain HTTP and HTTPS: the first byte tells which (a TLS handshake begins with 22)."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Coroutine
from typing import Any

_HANDSHAKE = b"\x16"
_PATIENCE = 10.0
"""Seconds that a client gets for its first byte."""


class EitherListener:
    """Listens on a port and hands each connection to a new protocol, through TLS where the client begins so."""

    def __init__(self, protocol: Callable[[], asyncio.Protocol], context: ssl.SSLContext) -> None:
        self._protocol, self._context = protocol, context
        self._socket: socket.socket | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, host: str, port: int) -> int:
        """Listens and answers the port. Raises OSError when it is in use."""
        self._socket = socket.create_server((host, port), backlog=128)
        self._socket.setblocking(False)
        self._run(self._accept(self._socket))
        return int(self._socket.getsockname()[1])

    async def close(self) -> None:
        """Stops listening. Connections that were handed over live on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, _ = await loop.sock_accept(listening)
            except OSError:  # out of descriptors, or the client has gone already
                await asyncio.sleep(0.1)
                continue
            self._run(self._hand_over(client))

    async def _hand_over(self, client: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_PATIENCE):
                first = await _first_byte(client)
            context = self._context if first == _HANDSHAKE else None
            await loop.connect_accepted_socket(self._protocol, client, ssl=context)
        except (OSError, TimeoutError):  # ssl.SSLError included: the client gives up, or trusts no such certificate
            client.close()
        except asyncio.CancelledError:
            client.close()
            raise

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _first_byte(client: socket.socket) -> bytes:
    """Looks at the first byte without taking it; empty when the client has closed."""
    loop = asyncio.get_running_loop()
    client.setblocking(False)
    readable = asyncio.Event()
    loop.add_reader(client, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(client)
    return client.recv(1, socket.MSG_PEEK)
