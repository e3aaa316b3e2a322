"""Under which name a host owns leases: the same after a kill, so that it goes on at once with what was its own."""

import fcntl
from pathlib import Path
from typing import IO
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5


class OwnerNames:
    """The first name in a data folder that no living process holds; held from `open` to `close`.

    Without that a killed host would have to wait until its own leases expire (60 s).
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: IO[str] | None = None
        self._name = uuid4()

    def open(self) -> None:
        """Takes a name. Raises OSError when the folder can't be written to."""
        self._folder.mkdir(parents=True, exist_ok=True)
        number = 0
        while self._held is None:
            self._held = _taken(self._folder / f"owner-{number}")
            number += 1
        self._name = _read_or_write(self._held)

    def close(self) -> None:
        """Lets the name go. Harmless when none is held."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def of(self, function: str) -> str:
        """The owner of a function's leases."""
        return str(uuid5(self._name, function))


def _taken(path: Path) -> IO[str] | None:
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _read_or_write(file: IO[str]) -> UUID:
    file.seek(0)
    text = file.read().strip()
    try:
        return UUID(text)
    except ValueError:
        name = uuid5(NAMESPACE_OID, str(uuid4()))
        file.truncate(0)
        file.write(str(name))
        file.flush()
        return name
