"""`localcloud up` as a child process: the function app on its host, with every stand-in, on free ports."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_PATIENCE = 90.0
_PAUSE = 0.03


class AppNotRunningError(Exception):
    """The app didn't start or didn't come back; the text holds what was printed."""


class AppProcess:
    """Runs from `start` to `stop`; `ready` is the ready file's content of now."""

    def __init__(self, app: Path, folder: Path, settings: Mapping[str, str], *options: str) -> None:
        self._folder = folder
        self._ready_file = folder / "ready.json"
        self._log = folder / "up.log"
        self._command = [sys.executable, "-m", "localcloud", "up", "--app", str(app), "--free-ports"]
        self._command += ["--data", str(folder / "data"), "--ready-file", str(self._ready_file), *options]
        self._environment = {**os.environ, **settings}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def ready(self) -> dict[str, Any]:
        """The ready file. Raises AppNotRunningError when there is none."""
        try:
            content: dict[str, Any] = json.loads(self._ready_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise AppNotRunningError(self.output) from None
        return content

    @property
    def ready_file(self) -> Path:
        """Where the ready file is, for programs that take their settings from it."""
        return self._ready_file

    @property
    def output(self) -> str:
        """Everything that was printed."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def start(self) -> None:
        """Returns when all is ready. Raises AppNotRunningError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, env=self._environment, stdout=log, stderr=log)
        self._poll(self._ready_file.exists)

    def stop(self) -> int:
        """Stops everything as Ctrl-C does; returns the exit code."""
        assert self._process is not None  # noqa: S101 - stopped only after start
        self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise AppNotRunningError(f"`up` did not stop within 30 s:\n{self.output}") from None

    def pid(self, part: str) -> int:
        """A part's process id; of `worker` the first one's, of `up` the supervisor's."""
        if part == "up":
            assert self._process is not None  # noqa: S101 - asked only after start
            return self._process.pid
        found = self.ready["pids"][part]
        return int(found[0] if isinstance(found, list) else found)

    def kill(self, part: str) -> int:
        """Ends a part with SIGKILL, at once and without mercy; returns the process id it had."""
        pid = self.pid(part)
        os.kill(pid, signal.SIGKILL)
        return pid

    def restart(self, part: str) -> None:
        """Kills a part and returns when `up` has brought it back. Not for workers, which their host restarts."""
        before = self.kill(part)
        self._poll(lambda: self._ready_file.exists() and self.pid(part) != before)

    def _poll(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not done():
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                raise AppNotRunningError(self.output)
            time.sleep(_PAUSE)
