"""Ctrl-C and SIGTERM end a program in the same orderly way."""

import asyncio
import signal


def stop_requested() -> asyncio.Event:
    """An event that SIGINT and SIGTERM set from now on, instead of breaking off what runs."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    return stopped
