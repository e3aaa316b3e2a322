"""The worker processes of an app: calls alternate between them, dead ones are replaced."""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from localcloud.host.model import AppIndex, Failure, Invocation, InvocationResult
from localcloud.host.worker.child import WorkerChild

_LONGEST_PAUSE = 5.0
_FIRST_PAUSE = 0.25
_HEALTHY_SECONDS = 30.0
"""A process that lived this long is restarted at once; quicker deaths make the pauses grow."""


class WorkerPool:
    """`count` processes for one app. The real host ends after three deaths; here they are replaced for ever."""

    def __init__(self, app_dir: Path, env: Mapping[str, str], count: int, log: Callable[[str], None]) -> None:
        """`env` is added to this process's environment; `log` gets the app's output and the worker's deaths."""
        self._app_dir = app_dir
        self._env = env
        self._count = count
        self._log = log
        self._ready: list[WorkerChild] = []
        self._changed = asyncio.Event()
        self._turn = 0
        self._keepers: list[asyncio.Task[None]] = []
        self._started = False
        self._stopping = False

    @property
    def pids(self) -> list[int]:
        """The processes that take calls now."""
        return [child.pid for child in self._ready]

    async def start(self) -> AppIndex:
        """Starts the processes and returns the index of the first; an app that can't be loaded is its error."""
        children = await asyncio.gather(*(self._new_child() for _ in range(self._count)))
        self._keepers = [asyncio.create_task(self._keep(child)) for child in children]
        indexes = await asyncio.gather(*(child.index for child in children))
        self._started = True
        return indexes[0]

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        """Runs one function in the next process; waits when none is ready."""
        while not self._ready:
            self._changed.clear()
            if self._stopping:
                return InvocationResult(failure=Failure("RuntimeError: The worker processes have been stopped."))
            await self._changed.wait()
        self._turn += 1
        return await self._ready[self._turn % len(self._ready)].invoke(invocation)

    async def replace(self, invocation_id: str) -> None:
        """Kills the process that executes the invocation; another one takes its place. Harmless when it has ended."""
        for child in self._ready:
            if child.runs(invocation_id):
                self._retire(child)
                child.kill()
                return

    async def stop(self) -> None:
        """Ends all processes. Harmless when never started."""
        self._stopping = True
        await asyncio.gather(*(child.stop() for child in self._ready))
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        self._keepers = []
        self._changed.set()

    def _retire(self, child: WorkerChild) -> None:
        if child in self._ready:
            self._ready.remove(child)

    async def _new_child(self) -> WorkerChild:
        return await WorkerChild.start(self._app_dir, self._env, self._log)

    async def _keep(self, child: WorkerChild) -> None:
        """Keeps one place filled: waits for the process's end and starts the next one."""
        pause = 0.0
        while True:
            started = time.monotonic()
            try:
                await self._serve(child)
            except asyncio.CancelledError:
                child.kill()
                await child.wait()
                raise
            if self._stopping:
                return
            if time.monotonic() - started > _HEALTHY_SECONDS:
                pause = 0.0
            await asyncio.sleep(pause)
            pause = min(max(pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
            child = await self._restarted()

    async def _restarted(self) -> WorkerChild:
        """A new process in place of a dead one, as soon as the system allows it."""
        while True:
            try:
                return await self._new_child()
            except OSError as error:
                self._log(f"A worker process can't be started: {error}. Trying again in {_LONGEST_PAUSE:g} s.")
                await asyncio.sleep(_LONGEST_PAUSE)

    async def _serve(self, child: WorkerChild) -> None:
        """Lets the process take calls from its index on until its end."""
        child.on_lost = lambda: self._retire(child)
        index = await child.index
        if child.connected:
            self._ready.append(child)
            self._changed.set()
        if index.error and self._started:
            self._log(f"Worker failed to index functions\nException: {index.error}")
        code = await child.wait()
        if not self._stopping:
            self._log(f"python exited with code {code} (0x{code:X})")
