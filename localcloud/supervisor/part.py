"""One process of localcloud: what it is, and the running of it."""

import asyncio
import os
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from localcloud.supervisor import bound as bound_program

_STOP_WITHIN = 10.0
"""Seconds that a part gets to stop by itself."""


class PartFailedError(Exception):
    """A part ended while it was starting, or did not get ready; the text carries its last lines."""


@dataclass(frozen=True)
class Part:
    """How to start a part and how to tell that it is ready."""

    name: str
    command: tuple[str, ...]
    """The program's full path, then its arguments."""
    ready: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Over this process's own environment."""


class PartProcess:
    """A part that runs (or ran). Its output goes line by line to `say`."""

    def __init__(self, part: Part, say: Callable[[str, str], None]) -> None:
        self.part = part
        self._say = say
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._last: deque[str] = deque(maxlen=12)

    @property
    def pid(self) -> int:
        """The process id; 0 before the start."""
        return self._process.pid if self._process else 0

    async def start(self, timeout: float = 60.0) -> None:  # noqa: ASYNC109 - part of the promise: PartFailedError then
        """Starts the process and returns when it is ready. Raises PartFailedError."""
        bound = (sys.executable, "-S", "-E", bound_program.__file__, str(os.getpid()))
        self._process = await asyncio.create_subprocess_exec(
            *bound,
            *self.part.command,
            env={**os.environ, **self.part.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            limit=1 << 20,
        )
        self._reading = asyncio.create_task(self._read(self._process))
        try:
            async with asyncio.timeout(timeout):
                await self._until_ready(self._process)
        except PartFailedError as error:
            await self.stop()
            raise PartFailedError(self._account(str(error))) from None
        except TimeoutError:
            await self.stop()
            raise PartFailedError(self._account(f"was not ready after {timeout:g} s")) from None

    async def wait(self) -> int:
        """The exit code, once the process has ended."""
        assert self._process is not None  # noqa: S101 - waited for only after start
        code = await self._process.wait()
        if self._reading:
            await self._reading
        return code

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL for one that doesn't listen. Harmless when it has ended."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_WITHIN)
        except TimeoutError:
            self._say(self.part.name, f"did not stop within {_STOP_WITHIN:g} s and is killed")
            self._process.kill()
            await self._process.wait()

    async def _until_ready(self, process: asyncio.subprocess.Process) -> None:
        while not await self.part.ready():
            if process.returncode is not None:
                await asyncio.gather(*([self._reading] if self._reading else []))
                raise PartFailedError(f"ended with code {process.returncode}")
            await asyncio.sleep(0.03)

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None  # noqa: S101 - started with a pipe
        while line := await process.stdout.readline():
            text = line.decode(errors="replace").rstrip()
            self._last.append(text)
            self._say(self.part.name, text)

    def _account(self, what: str) -> str:
        return "\n  ".join(
            [f"The part {self.part.name} {what.removesuffix('.')}. Its last words:", *(self._last or ["(nothing)"])]
        )
