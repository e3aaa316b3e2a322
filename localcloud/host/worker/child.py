"""The host's side of one worker process."""

import asyncio
import itertools
import os
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import localcloud
from localcloud.host.model import AppIndex, Failure, Invocation, InvocationResult
from localcloud.host.worker.output import OutputLines
from localcloud.host.worker.wire import INDEX, RESULT, Connection, Packer, index_of, result_of

_PACKAGE_ROOT = Path(localcloud.__path__[0]).parent
_STOP_SECONDS = 3.0
_OUTPUT_SECONDS = 1.0


class WorkerChild:
    """A running worker process. Calls in flight when it ends come back as failures; nothing is ever lost silently."""

    def __init__(self, process: asyncio.subprocess.Process, lifeline: int, output: OutputLines) -> None:
        self.process = process
        self.index: asyncio.Future[AppIndex] = asyncio.get_running_loop().create_future()
        """The app's functions; an exit before that sets an error."""
        self.on_lost: Callable[[], None] = lambda: None
        """Called at the first sign of the process's end, before calls in flight come back."""
        self._lifeline = lifeline
        self._packer = Packer()
        self._numbers = itertools.count()
        self._running: dict[int, tuple[str, asyncio.Future[InvocationResult]]] = {}
        self._connection: Connection | None = None
        self._output = output
        self._ended = asyncio.create_task(self._until_end())

    @classmethod
    async def start(cls, app_dir: Path, env: Mapping[str, str], log: Callable[[str], None]) -> Self:
        """Starts a process for the app; wait for `index` before calling it."""
        ours, theirs = socket.socketpair()
        reading, lifeline = os.pipe()
        output, writing = await OutputLines.open(log)
        with theirs:
            try:
                arguments = [str(theirs.fileno()), str(reading), str(app_dir)]
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", f"{__package__}", *arguments),
                    cwd=_PACKAGE_ROOT,
                    env={**os.environ, **env},
                    pass_fds=(theirs.fileno(), reading),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=writing,
                    stderr=asyncio.subprocess.STDOUT,
                    start_new_session=True,
                )
            except BaseException:  # cancelled, too: no descriptor is left open
                ours.close()
                os.close(lifeline)
                raise
            finally:
                os.close(reading)
                os.close(writing)
        child = cls(process, lifeline, output)
        try:
            await child._connect(ours)
        except BaseException:  # cancelled, too: no process is left behind
            child.kill()
            raise
        return child

    async def _connect(self, ours: socket.socket) -> None:
        ours.setblocking(False)
        loop = asyncio.get_running_loop()
        _, self._connection = await loop.create_connection(lambda: Connection(self._received, self._lost), sock=ours)

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    @property
    def connected(self) -> bool:
        """Whether the process can take calls."""
        return self._connection is not None and self._connection.transport is not None

    def runs(self, invocation_id: str) -> bool:
        """Whether this process is executing the invocation."""
        return any(running == invocation_id for running, _ in self._running.values())

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        """Runs one function; data that can't be sent and the process's end come back as failures."""
        number = next(self._numbers)
        try:
            message = self._packer.invoke(number, invocation)
        except (TypeError, ValueError, OverflowError) as error:
            return InvocationResult(failure=Failure(f"{type(error).__name__}: {error}"))
        if self._connection is None or not self.connected:
            return self._exit_result()
        future: asyncio.Future[InvocationResult] = asyncio.get_running_loop().create_future()
        self._running[number] = (invocation.id, future)
        self._connection.send(message)
        try:
            return await future
        finally:
            self._running.pop(number, None)

    async def wait(self) -> int:
        """Waits for the end, by which calls in flight have failed; returns the exit code (128 + n for signal n)."""
        return await asyncio.shield(self._ended)

    async def _until_end(self) -> int:
        await self.process.wait()
        self.on_lost()
        await self._output.finish(_OUTPUT_SECONDS)
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        os.close(self._lifeline)
        for _, future in self._running.values():
            if not future.done():
                future.set_result(self._exit_result())
        if not self.index.done():
            self.index.set_result(AppIndex([], f"{self._exit_text()} before it had loaded the app"))
        return self.exit_code

    async def stop(self) -> None:
        """Asks the process to end and kills it when it doesn't. Returns when it is gone."""
        if self._connection is not None:
            self._connection.send(self._packer.stop())
        try:
            await asyncio.wait_for(self.process.wait(), _STOP_SECONDS)
        except TimeoutError:
            self.kill()
        await self.wait()

    def kill(self) -> None:
        """Ends the process at once. Harmless when it is gone."""
        if self.process.returncode is None:
            self.process.kill()

    @property
    def exit_code(self) -> int:
        """The code of an ended process as a shell shows it."""
        code = self.process.returncode or 0
        return 128 - code if code < 0 else code

    def _exit_text(self) -> str:
        return f"{sys.executable} exited with code {self.exit_code} (0x{self.exit_code:X})"

    def _exit_result(self) -> InvocationResult:
        return InvocationResult(failure=Failure(self._exit_text(), worker_exit=True))

    def _lost(self) -> None:
        self.on_lost()

    def _received(self, message: list[Any]) -> None:
        if message[0] == RESULT:
            running = self._running.get(message[1])
            if running is not None and not running[1].done():
                running[1].set_result(result_of(*message[2:]))
        elif message[0] == INDEX and not self.index.done():
            self.index.set_result(index_of(*message[1:]))
