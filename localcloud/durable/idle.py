"""Knowing when nothing can happen any more without time or the outside world moving."""

import asyncio


class Pulse:
    """Counts what is under way. `wait_idle` is how a test knows that it may move a virtual clock."""

    def __init__(self) -> None:
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return self._under_way > 0

    def enter(self) -> None:
        """Something begins. Whatever it sets going must enter before it leaves."""
        self._under_way += 1
        self._idle.clear()

    def leave(self) -> None:
        """Something ends."""
        self._under_way -= 1
        if self._under_way == 0:
            self._idle.set()

    async def wait_idle(self) -> None:
        """Returns when nothing is under way, having let everybody that was just woken begin."""
        while True:
            await self._idle.wait()
            # A sleeper woken by the clock begins in one of the next rounds of the event loop.
            for _ in range(3):
                await asyncio.sleep(0)
            if not self.busy:
                return
