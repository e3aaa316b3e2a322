"""Waiting for something to become true, with a deadline."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(look: Callable[[], Awaitable[T | None]], seconds: float = 20) -> T:
    """What `look` finds, as soon as it isn't None."""
    async with asyncio.timeout(seconds):
        while (found := await look()) is None:  # noqa: ASYNC110 - what is waited for is behind HTTP
            await asyncio.sleep(0.02)
    return found
