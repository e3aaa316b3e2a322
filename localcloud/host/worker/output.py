"""What a worker process prints, line by line."""

import asyncio
import os
from collections.abc import Callable

_LONGEST_LINE = 2**20
"""Bytes after which a line is cut, so that output without line ends can't fill the memory."""


class OutputLines(asyncio.Protocol):
    """Cuts a process's output into lines for a log.

    A pipe of its own: asyncio's would make the wait for the process last until everything it started has ended.
    """

    def __init__(self, log: Callable[[str], None]) -> None:
        self._log = log
        self._rest = b""
        self._closed = asyncio.get_running_loop().create_future()
        self._transport: asyncio.BaseTransport | None = None

    @classmethod
    async def open(cls, log: Callable[[str], None]) -> tuple["OutputLines", int]:
        """Starts reading; gives the writing end, to be closed once the process has it."""
        reading, writing = os.pipe()
        lines = cls(log)
        await asyncio.get_running_loop().connect_read_pipe(lambda: lines, os.fdopen(reading, "rb", buffering=0))
        return lines, writing

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the transport."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Logs the lines that are complete."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._log(line.decode(errors="replace").rstrip("\r"))
        if len(self._rest) > _LONGEST_LINE:
            self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """Logs what is left."""
        self._flush()
        if not self._closed.done():
            self._closed.set_result(None)

    def _flush(self) -> None:
        rest, self._rest = self._rest, b""
        if rest:
            self._log(rest.decode(errors="replace"))

    async def finish(self, seconds: float) -> None:
        """Waits for the end of the output, at most so long: a program that the app started may hold the pipe open."""
        await asyncio.wait({self._closed}, timeout=seconds)
        if self._transport is not None:
            self._transport.close()
