"""Waiting, with a deadline, for what another task, thread or process does: the one place where tests poll."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

_PAUSE = 0.02
PATIENCE = 60.0
"""Seconds; what passes takes a fraction of it, on a busy machine too."""


async def until(look: Callable[[], Awaitable[T | None]], seconds: float = PATIENCE, what: str = "") -> T:
    """What `look` finds, as soon as that is neither None, nor False, nor empty."""
    end = time.monotonic() + seconds
    while not (found := await look()):
        assert time.monotonic() < end, f"not within {seconds} s: {what or look}"
        await asyncio.sleep(_PAUSE)
    return found


async def until_true(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Returns once the condition holds; tasks of this event loop go on meanwhile."""

    async def look() -> bool:
        return bool(condition())

    await until(look, seconds, str(condition))


def block_until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """The same for tests without an event loop, and for what other processes do."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {condition}"
        time.sleep(_PAUSE)
