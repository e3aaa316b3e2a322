"""A simulated task: something an action waits for while its history is replayed."""

from collections.abc import Callable


class SimulatedTask:
    """Ends once, well or badly, and tells who asked; continuations run at once and in order of asking."""

    __slots__ = ("_continuations", "done", "failed")

    def __init__(self) -> None:
        self.done = False
        self.failed = False
        self._continuations: list[Callable[[], None]] = []

    def end(self, *, failed: bool = False) -> None:
        """Ends the task; a second end is ignored, as the losers of a race may still end."""
        if self.done:
            return
        self.done, self.failed = True, failed
        waiting, self._continuations = self._continuations, []
        for go_on in waiting:
            go_on()

    def when_done(self, go_on: Callable[[], None]) -> None:
        """Calls `go_on` at the end, or now when it is over already."""
        if self.done:
            go_on()
        else:
            self._continuations.append(go_on)
