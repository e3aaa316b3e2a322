"""Programs serve until Ctrl-C or SIGTERM, and end in the same orderly way."""

import asyncio
import signal
import sys
from collections.abc import Callable
from typing import Protocol


def stop_requested() -> asyncio.Event:
    """An event that SIGINT and SIGTERM set from now on, instead of breaking off what runs."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    return stopped


class Server(Protocol):
    """What can be served."""

    async def start(self) -> None:
        """Listens."""
        ...

    async def stop(self) -> None:
        """Ends; harmless after a start that failed."""
        ...


async def serve(server: Server, announcement: Callable[[], str]) -> None:
    """Starts a server, prints what it announces then, and stops it on Ctrl-C or SIGTERM. Raises what `start` does."""
    stopped = stop_requested()
    await server.start()
    try:
        sys.stdout.write(announcement())
        sys.stdout.flush()
        await stopped.wait()
    finally:
        await server.stop()
