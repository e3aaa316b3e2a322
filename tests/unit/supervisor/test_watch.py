"""A part that dies while it is watched."""

import os
import signal
import sys

from localcloud.supervisor.part import Part
from localcloud.supervisor.watch import WatchedPart
from tests.waiting import until_true


async def test_the_process_that_is_told_is_one_that_was_ready() -> None:
    ready, restarts, starting = True, list[int](), list[int]()

    async def probe() -> bool:
        starting.append(1)
        return ready

    program = (sys.executable, "-c", "import signal; signal.pause()")
    watched = WatchedPart(Part("p", program, probe), lambda *_said: None, lambda: restarts.append(watched.pid))
    await watched.start()
    try:
        first, ready = watched.pid, False
        starting.clear()
        os.kill(first, signal.SIGKILL)
        await until_true(lambda: len(starting) > 2)
        assert (watched.pid, restarts) == (first, [])
        ready = True
        await until_true(lambda: restarts)
        assert restarts == [watched.pid] != [first]
    finally:
        await watched.stop()
