"""One object per event loop: asynchronous clients belong to the loop they were first used in."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


class PerLoop(Generic[T]):
    """Builds its object on the first call within an event loop. A worker process has one loop, a test run several."""

    def __init__(self, build: Callable[[], T]) -> None:
        self._build = build
        self._built: WeakKeyDictionary[asyncio.AbstractEventLoop, T] = WeakKeyDictionary()

    def __call__(self) -> T:
        """The running loop's object. Raises what building it raises, each time anew until it succeeds."""
        loop = asyncio.get_running_loop()
        if loop not in self._built:
            self._built[loop] = self._build()
        return self._built[loop]

    def forget(self) -> T | None:
        """Takes the running loop's object out, so that the next call builds another; None when there is none."""
        return self._built.pop(asyncio.get_running_loop(), None)
