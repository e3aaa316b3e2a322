"""Which messages are next: lowest sequence number first, per session where there are sessions."""

import heapq


class Ready:
    """Sequence numbers of active, unlocked messages, by session id (None without sessions). Entries may be stale."""

    def __init__(self) -> None:
        self._heaps: dict[str | None, list[int]] = {}

    def add(self, session_id: str | None, number: int) -> None:
        """A message has become available."""
        heapq.heappush(self._heaps.setdefault(session_id, []), number)

    def first(self, session_id: str | None) -> int | None:
        """The next one, without taking it."""
        heap = self._heaps.get(session_id)
        return heap[0] if heap else None

    def pop(self, session_id: str | None) -> None:
        """Takes the first one."""
        heap = self._heaps[session_id]
        heapq.heappop(heap)
        if not heap:
            del self._heaps[session_id]

    def session_ids(self) -> list[str]:
        """Sessions with messages, the one with the oldest message first."""
        return [key for _, key in sorted((heap[0], key) for key, heap in self._heaps.items() if key is not None)]

    def clear(self) -> None:
        """Forgets all."""
        self._heaps.clear()
