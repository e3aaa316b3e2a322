"""The data folder: one `up` at a time, and `--fresh` never removes a folder that isn't one."""

import fcntl
import os
import shutil
from pathlib import Path
from typing import IO

_MARK = "localcloud.lock"


class DataFolderError(Exception):
    """The data folder can't be used; the text says why and what to do."""


class DataFolder:
    """Held from `open` to `close`."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._lock: IO[str] | None = None

    def open(self, *, fresh: bool = False) -> None:
        """Takes the folder, emptied if `fresh`. Raises DataFolderError."""
        try:
            foreign = self.path.exists() and not (self.path / _MARK).exists() and any(self.path.iterdir())
            if foreign and fresh:
                raise DataFolderError(
                    f"{self.path} was not made by localcloud, so --fresh leaves it alone. Remove it by hand, "
                    f"or choose another folder with --data."
                )
            self.path.mkdir(parents=True, exist_ok=True)
            self._take()
            if fresh:
                self._empty()
        except OSError as error:
            raise DataFolderError(
                f"The data folder {self.path} can't be used: {error.strerror}. Choose another with --data."
            ) from error

    def close(self) -> None:
        """Lets it go."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _take(self) -> None:
        lock = (self.path / _MARK).open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            lock.close()
            raise DataFolderError(
                f"The data folder {self.path} is in use by another localcloud (process {owner}). "
                f"Stop that one, or choose another folder with --data."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def _empty(self) -> None:
        for entry in self.path.iterdir():
            if entry.name == _MARK:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
