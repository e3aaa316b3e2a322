"""Things to do at a time: locks that run out, messages that expire or become active."""

import heapq
import itertools
import logging
from collections.abc import Callable

logger = logging.getLogger(__name__)


class Deadlines:
    """A heap of callbacks. What was overtaken by events is not removed: the callback finds nothing to do."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def at(self, when_ms: int, action: Callable[[], None]) -> None:
        """Calls `action` once the time has come."""
        heapq.heappush(self._heap, (when_ms, next(self._order), action))
        if self._heap[0][0] == when_ms:
            self._changed()

    @property
    def next_ms(self) -> int | None:
        """When the earliest one is due."""
        return self._heap[0][0] if self._heap else None

    def run(self, now_ms: int) -> None:
        """Calls all that are due. One that fails is logged: the others must still have their time."""
        while self._heap and self._heap[0][0] <= now_ms:
            try:
                heapq.heappop(self._heap)[2]()
            except Exception:  # whatever it is
                logger.exception("Service Bus stand-in: something that was due could not be done")

    def clear(self) -> None:
        """Forgets all."""
        self._heap.clear()
