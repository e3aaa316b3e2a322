"""The worker process: indexes the app, then runs calls until the host says stop or is gone."""

import asyncio
import logging
import os
import socket
import sys
import threading
from collections import deque
from pathlib import Path
from typing import Any

from localcloud.host.model import Invocation, InvocationResult
from localcloud.host.worker.indexing import Functions, index_folder
from localcloud.host.worker.invocation import failed, function_threads, not_loaded, run_async, run_sync
from localcloud.host.worker.loading import enter_app_folder
from localcloud.host.worker.signature import LoadedFunction
from localcloud.host.worker.wire import INVOKE, STOP, Connection, Packer, invocation_of


class WorkerProcess:
    """Answers the host's messages. Async functions run on this loop, sync ones in threads."""

    def __init__(self, functions: Functions) -> None:
        self.connection: Connection | None = None
        self.ended = asyncio.Event()
        self._functions = functions
        self._packer = Packer()
        self._loop = asyncio.get_running_loop()
        self._threads = function_threads()
        self._finished: deque[tuple[int, InvocationResult]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    def received(self, message: list[Any]) -> None:
        """Starts a call, or the end."""
        if message[0] == INVOKE:
            self._start(message[1], invocation_of(message[2]))
        elif message[0] == STOP:
            self.ended.set()

    def _start(self, number: int, invocation: Invocation) -> None:
        function = self._functions.get(invocation.function)
        if function is None:
            self._answer(number, not_loaded(invocation.function))
        elif function.is_async:
            task = self._loop.create_task(self._run_async(number, function, invocation))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self._threads.submit(self._run_in_thread, number, function, invocation)

    async def _run_async(self, number: int, function: LoadedFunction, invocation: Invocation) -> None:
        try:
            result = await run_async(function, invocation)
        except (SystemExit, KeyboardInterrupt) as end:
            _leave(end)
        except BaseException as error:  # whatever the app raises is the answer
            result = failed(error)
        self._answer(number, result)

    def _run_in_thread(self, number: int, function: LoadedFunction, invocation: Invocation) -> None:
        try:
            result = run_sync(function, invocation)
        except (SystemExit, KeyboardInterrupt) as end:
            _leave(end)
        except BaseException as error:  # whatever the app raises is the answer
            result = failed(error)
        # One wake-up of the loop serves all results that are there when it comes round.
        first = not self._finished
        self._finished.append((number, result))
        if first:
            self._loop.call_soon_threadsafe(self._answer_finished)

    def _answer_finished(self) -> None:
        while self._finished:
            self._answer(*self._finished.popleft())

    def _answer(self, number: int, result: InvocationResult) -> None:
        if self.connection is not None:
            self.connection.send(self._packer.result(number, result))


def main(socket_number: int, lifeline: int, app_dir: Path) -> None:
    """Runs the worker. `lifeline` is the reading end of a pipe that the host holds open as long as it lives."""
    for inherited in (socket_number, lifeline):
        os.set_inheritable(inherited, False)
    threading.Thread(target=_die_with_host, args=(lifeline,), daemon=True, name="lifeline").start()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a text stream, as every start makes it
    _log_to_stdout()
    try:
        asyncio.run(_serve(socket.socket(fileno=socket_number), app_dir))
    except (SystemExit, KeyboardInterrupt) as end:
        _leave(end)
    _leave(SystemExit(0))


async def _serve(host: socket.socket, app_dir: Path) -> None:
    del sys.path[0]  # the folder of localcloud: the app sees its own folder and the installed packages only
    enter_app_folder(app_dir)
    index, functions = index_folder(app_dir)
    process = WorkerProcess(functions)
    loop = asyncio.get_running_loop()
    _, process.connection = await loop.create_connection(
        lambda: Connection(process.received, process.ended.set), sock=host
    )
    process.connection.send(Packer().index(index))
    await process.ended.wait()
    _leave(SystemExit(0))


def _log_to_stdout() -> None:
    """Sends the app's logging to the host's log, from level INFO on, as the real host shows it by default."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def _die_with_host(lifeline: int) -> None:
    """Waits for the end of the pipe; ends the process even when the app blocks its loop."""
    os.read(lifeline, 1)
    os._exit(1)


def _leave(end: SystemExit | KeyboardInterrupt) -> None:
    """Ends the process at once with the exit's code; running threads are not waited for."""
    code = end.code if isinstance(end, SystemExit) else 130
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0 if code is None else code & 0xFF if isinstance(code, int) else 1)
