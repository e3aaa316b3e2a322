"""A host as a process of its own, so that it can be killed."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


class HostProcess:
    """`python -m localcloud host` for an app folder; `data` is its folder for keys and state."""

    def __init__(self, app: Path, data: Path, settings: Mapping[str, str]) -> None:
        self._log = data.with_suffix(".log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "localcloud", "host", "--app", app, "--data", data, "--port", "0"],
            env={**os.environ, **settings},
            stdout=self._log,
            stderr=self._log,
            cwd=ROOT,
        )

    async def kill(self) -> None:
        """Ends the host with SIGKILL; its workers are left to notice it."""
        self._process.kill()
        await asyncio.to_thread(self._process.wait)
        self._log.close()

    async def stop(self) -> None:
        """Ends it as `SIGTERM` does; harmless when it has ended."""
        if self._process.poll() is None:
            self._process.terminate()
            await asyncio.to_thread(self._process.wait, 20)
        self._log.close()
