"""Which messages this host is working on, kept in a file: after a kill they become visible again at once.

The real host leaves them invisible until their time of ten minutes has passed.
"""

import json
from collections.abc import Callable
from pathlib import Path

from localcloud.atomic_file import write_atomically


class InFlight:
    """The messages of one queue: ids with their newest pop receipts."""

    def __init__(self, path: Path, log: Callable[[str], None]) -> None:
        self._path, self._log = path, log
        self._held: dict[str, str] = {}

    def left(self) -> dict[str, str]:
        """What an earlier run was working on. To be asked while nothing runs."""
        try:
            noted = json.loads(self._path.read_bytes()) if self._path.exists() else {}
            return {str(name): str(receipt) for name, receipt in noted.items()}
        except (OSError, ValueError, AttributeError) as error:
            self._log(f"{self._path} can't be read; its messages come back ten minutes after they were taken: {error}")
            return {}

    def hold(self, receipts: dict[str, str]) -> None:
        """Notes messages, or newer receipts of them."""
        self._held |= receipts
        self._write()

    def drop(self, message: str) -> None:
        """Forgets one that is done with; in the file once nothing is in work, or with the next to come.

        A message noted too long does no harm, its receipt being void, and a thousand needn't wait for the disk each.
        """
        if self._held.pop(message, None) is not None and not self._held:
            self._write()

    def forget_left(self) -> None:
        """Notes that what an earlier run left has come back."""
        self._held = {}
        self._write()

    def _write(self) -> None:
        try:
            write_atomically(self._path, json.dumps(self._held).encode())
        except OSError as error:
            self._log(f"The messages in work can't be noted in {self._path}: {error}")
