"""Keeps a listener going: what stops it is told, and it is started again."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from azure.core.exceptions import ResourceNotFoundError

from localcloud.host.extension import HostServices

_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.25, 5.0
PATIENCE = 5.0
"""Seconds that a source may be away before it counts as an error: storage starts beside the host."""
Attempt = Callable[[Callable[[], None]], Awaitable[None]]
"""Listens until it fails; calls its argument whenever it has reached its source."""


class Health:
    """What keeps one function from listening: it may have several sources, and each may fail."""

    def __init__(self, services: HostServices, function: str) -> None:
        self._services, self._function = services, function
        self._errors: dict[str, str] = {}

    def note(self, source: str, error: str | None) -> None:
        """A source's trouble, or None when it is well."""
        if self._errors.get(source) == error:
            return
        if error is None:
            del self._errors[source]
        else:
            self._errors[source] = error
        self._services.report(self._function, next(iter(self._errors.values()), None))


async def keep_listening(attempt: Attempt, note: Callable[[str | None], None], source: str) -> None:
    """Runs until it is cancelled. `source` names what is listened to, for messages."""
    failing_since: float | None = None
    pause = _SHORTEST_PAUSE

    def well() -> None:
        nonlocal failing_since, pause
        failing_since, pause = None, _SHORTEST_PAUSE
        note(None)

    while True:
        try:
            await attempt(well)
        except Exception as error:  # whatever it is, the other functions go on
            failing_since = failing_since or time.monotonic()
            if time.monotonic() - failing_since >= PATIENCE:
                note(_explained(source, error))
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _explained(source: str, error: Exception) -> str:
    cause = "it does not exist" if isinstance(error, ResourceNotFoundError) else f"{type(error).__name__}: {error}"
    return f"Microsoft.Azure.WebJobs.Extensions.Storage: The {source} can't be listened to: {cause}. It is tried again."
