"""Keeps one part running: a process that dies is started again, slower and slower while it dies at once."""

import asyncio
import time
from collections.abc import Callable

from localcloud.supervisor.part import Part, PartFailedError, PartProcess

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 30.0
LONG_ENOUGH = 10.0
"""Seconds; a part that ran so long is restarted without back-off."""


class WatchedPart:
    """A part and the process that runs it now. `changed` is called after every restart, with a new pid then."""

    def __init__(self, part: Part, say: Callable[[str, str], None], changed: Callable[[], None]) -> None:
        self.part = part
        self._say = say
        self._changed = changed
        self._process = PartProcess(part, say)
        self._pid = 0
        self._watching: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        """The id of the process that was ready last: while a new one starts, still that of the one before."""
        return self._pid

    async def start(self) -> None:
        """Returns when the part is ready. Raises PartFailedError: a first start that fails is not tried again."""
        await self._process.start()
        self._pid = self._process.pid
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Ends watching, then the process."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await self._process.stop()

    async def _watch(self) -> None:
        pause = FIRST_PAUSE
        while True:
            since = time.monotonic()
            code = await self._process.wait()
            pause = FIRST_PAUSE if time.monotonic() - since > LONG_ENOUGH else min(pause * 2, LONGEST_PAUSE)
            self._say("localcloud", f"{self.part.name} ended (code {code}); it is started again")
            while not await self._restarted():
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            self._changed()

    async def _restarted(self) -> bool:
        self._process = PartProcess(self.part, self._say)
        try:
            await self._process.start()
        except PartFailedError as error:
            self._say("localcloud", str(error))
            return False
        self._pid = self._process.pid
        self._say("localcloud", f"{self.part.name} runs again (process {self._process.pid})")
        return True
