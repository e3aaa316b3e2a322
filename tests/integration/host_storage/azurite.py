"""One real Azurite for the session, and clients for it."""

import os
import signal
import socket
import subprocess
from pathlib import Path

from localcloud.supervisor.plan import stand_in
from localcloud.supervisor.ports import Ports
from localcloud.supervisor.settings import storage_connection
from tests.waiting import block_until


class Azurite:
    """Azurite as `up` starts it, on free ports, with its data in a folder."""

    def __init__(self, folder: Path) -> None:
        self.ports = Ports.free()
        self.connection_string = storage_connection(self.ports)
        self._part = stand_in("azurite", folder, self.ports, None)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._part.command,
            env={**os.environ, **self._part.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        ports = (self.ports.blob, self.ports.queue, self.ports.table)
        block_until(lambda: all(_listens(port) for port in ports), seconds=60)

    def kill(self) -> None:
        """Ends it with SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(20)
            self._process = None

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(20)
            self._process = None


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
