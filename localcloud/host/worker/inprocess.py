"""A worker in the host's own process: for tests and debuggers. One app at a time, since it takes over process state."""

import asyncio
import inspect
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from localcloud.host.model import AppIndex, Invocation, InvocationResult
from localcloud.host.worker.durable_patch import apply_durable_patch, close_durable_client
from localcloud.host.worker.indexing import Functions, index_folder, index_functions
from localcloud.host.worker.invocation import failed, function_threads, not_loaded, run_async, run_sync
from localcloud.host.worker.loading import enter_app_folder, functions_of

_OWN_PACKAGE = __name__.partition(".")[0]


class InProcessWorker:
    """Runs functions on the host's event loop (async ones) and in threads (sync ones).

    Given a folder, `start` changes the working directory, import path and environment of the process; `stop` restores
    them and forgets the app's modules. Given an app object, it touches nothing.
    """

    def __init__(
        self, app_dir: Path, env: Mapping[str, str] | None = None, log: Callable[[str], None] = lambda line: None
    ) -> None:
        """`env` are the app's settings, set while the app is loaded and running."""
        self.pids: list[int] = []
        self._app_dir = app_dir
        self._env = dict(env or {})
        self._log = log
        self._app: Any = None
        self._functions: Functions = {}
        self._replaced: dict[str, Callable[..., Any]] = {}
        self._threads = function_threads()
        self._restore: Callable[[], None] = lambda: None

    @classmethod
    def from_app(cls, app: Any, app_dir: Path) -> Self:
        """A worker for an app object that has been imported already; its `get_functions` must not have been called."""
        worker = cls(app_dir)
        worker._app = app
        return worker

    async def start(self) -> AppIndex:
        """Loads and indexes the app."""
        if self._app is not None:
            apply_durable_patch()
            index, self._functions = index_functions(functions_of(self._app), self._app_dir)
        else:
            self._restore = _process_state(self._app_dir)
            os.environ.update(self._env)
            enter_app_folder(self._app_dir)
            index, self._functions = index_folder(self._app_dir)
        for name, body in self._replaced.items():
            self._substitute(name, body)
        return index

    def replace_function(self, name: str, body: Callable[..., Any]) -> None:
        """From now on calls `body`, sync or async, instead of the function of this name, with the same arguments.

        Raises KeyError when the app, once started, has no such function.
        """
        self._replaced[name] = body
        if self._functions:
            self._substitute(name, body)

    def _substitute(self, name: str, body: Callable[..., Any]) -> None:
        is_async = inspect.iscoroutinefunction(body)
        self._functions[name] = replace(self._functions[name], body=body, is_async=is_async)

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        """Runs one function; app errors come back as `failure`."""
        function = self._functions.get(invocation.function)
        if function is None:
            return not_loaded(invocation.function)
        try:
            if function.is_async:
                return await run_async(function, invocation)
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, run_sync, function, invocation)
        except (SystemExit, Exception) as error:  # a process would end here; this one is the host's
            return failed(error)

    async def replace(self, invocation_id: str) -> None:
        """Nothing can be ended within one's own process: says so in the log."""
        self._log(f"The invocation '{invocation_id}' goes on: the app runs in the host's process.")

    async def stop(self) -> None:
        """Stops taking calls and restores the process's state. Harmless when never started."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._functions = {}
        await close_durable_client()
        self._restore()
        self._restore = lambda: None


def _process_state(app_dir: Path) -> Callable[[], None]:
    """Notes what loading an app changes; the result puts it back."""
    directory, path, environment, modules = Path.cwd(), sys.path[:], dict(os.environ), set(sys.modules)

    def restore() -> None:
        os.chdir(directory)
        sys.path[:] = path
        os.environ.clear()
        os.environ.update(environment)
        for name in set(sys.modules) - modules:
            if _is_app_module(name, app_dir):
                del sys.modules[name]

    return restore


def _is_app_module(name: str, app_dir: Path) -> bool:
    file = getattr(sys.modules[name], "__file__", None)
    if file is None or name.partition(".")[0] == _OWN_PACKAGE or not Path(file).is_relative_to(app_dir):
        return False
    return "site-packages" not in Path(file).parts
