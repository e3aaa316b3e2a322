"""What a monitored timer remembers over restarts. The real host keeps it in a storage blob; here it is a file."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from localcloud.atomic_file import write_atomically

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class TimerStatus:
    """Last and next firing, and when this was noted."""

    last: datetime
    next: datetime
    updated: datetime

    def as_json(self) -> dict[str, str]:
        """The form of the real host's status blob and of the trigger's `ScheduleStatus`."""
        return {
            "Last": self.last.isoformat(),
            "Next": self.next.isoformat(),
            "LastUpdated": self.updated.isoformat(),
        }


class TimerStatusFile:
    """The status of one function's timer, kept in `<folder>/<function>.json`."""

    def __init__(self, folder: Path, function: str, log: Callable[[str], None]) -> None:
        self._path = folder / f"{function.lower()}.json"
        self._log = log

    def read(self) -> TimerStatus | None:
        """The kept status; None when there is none or when it can't be read (which is logged)."""
        if not self._path.exists():
            return None
        try:
            content = json.loads(self._path.read_bytes())
            return TimerStatus(*(datetime.fromisoformat(content[key]) for key in ("Last", "Next", "LastUpdated")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            self._log(f"The timer status {self._path} can't be read and is started anew: {error}")
            return None

    def write(self, status: TimerStatus) -> None:
        """Keeps the status, atomically. A full disk is logged; the timer goes on."""
        try:
            write_atomically(self._path, json.dumps(status.as_json()).encode())
        except OSError as error:
            self._log(f"The timer status can't be kept in {self._path}: {error}")
