"""All entities of one namespace, their clock and their store."""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from localcloud.clock import Clock
from localcloud.servicebus.amqp.errors import RESOURCE_LIMIT, AmqpError
from localcloud.servicebus.broker.deadlines import Deadlines
from localcloud.servicebus.broker.definitions import Definitions
from localcloud.servicebus.broker.entity import Entity
from localcloud.servicebus.broker.journal import Journal
from localcloud.servicebus.broker.queue import Queue

FULL = AmqpError(RESOURCE_LIMIT, "The broker can't write its store: see its log.")


class Broker:
    """Opens the store at `path`. Use it on one event loop; `reloaded` is called when the memory was thrown away."""

    def __init__(self, path: Path, clock: Clock, reloaded: Callable[[], None] = lambda: None) -> None:
        self._clock = clock
        self._ahead = timedelta()
        self._reloaded = reloaded
        self._wake = asyncio.Event()
        self._timer: asyncio.Task[None] | None = None
        self.deadlines = Deadlines(self._wake.set)
        self.journal = Journal(path, self._reload)
        self.entities: dict[str, Entity] = {}
        self.definitions = Definitions(self)

    def open(self) -> None:
        """Loads the store and starts the timer. Raises StoreUnusableError."""
        self.journal.open()
        self._load()
        self._timer = asyncio.get_running_loop().create_task(self._run_timer())

    async def close(self) -> None:
        """Finishes what is under way and closes the store."""
        if self._timer is not None:
            self._timer.cancel()
            await asyncio.gather(self._timer, return_exceptions=True)
            self._timer = None
        self.journal.close()

    def now_ms(self) -> int:
        """Milliseconds since 1970."""
        return round((self._clock.now() + self._ahead).timestamp() * 1000)

    def now(self) -> datetime:
        """The broker's time."""
        return self._clock.now() + self._ahead

    def advance(self, by: timedelta) -> None:
        """Moves the broker's time forward."""
        self._ahead += by
        self._wake.set()

    async def reset(self) -> int:
        """Forgets all messages, session states and message ids; the entities stay. Answers how many messages went."""
        count = sum(len(entity.messages) for entity in self.entities.values())
        for table in ("message", "session", "seen"):
            self.journal.add(f"DELETE FROM {table}")  # noqa: S608 - the three names above
        self._reloaded()
        for entity in self.entities.values():
            entity.clear()
        self.deadlines.clear()
        self.journal.flush()
        return count

    def find(self, name: str) -> Entity | None:
        """The entity of a path such as `orders`, `events/Subscriptions/views` or `orders/$DeadLetterQueue`."""
        return self.entities.get(name.strip("/").lower())

    def add(self, entity: Entity) -> None:
        """Makes an entity reachable, with its dead-letter queue."""
        self.entities[entity.path] = entity
        if isinstance(entity, Queue) and entity.dead_letters is not None:
            self.entities[entity.dead_letters.path] = entity.dead_letters

    def _load(self) -> None:
        cursor = self.journal.connection.cursor()
        cursor.row_factory = sqlite3.Row
        for row in cursor.execute("SELECT path, definition FROM entity"):
            self.definitions.restore(row["definition"])
        for row in cursor.execute("SELECT path, last FROM sequence"):
            if (entity := self.entities.get(row["path"])) is not None:
                entity.last_sequence = row["last"]
        for row in cursor.execute("SELECT path, id, state, updated FROM session"):
            queue = self.entities.get(row["path"])
            if isinstance(queue, Queue):
                queue.sessions.restore(row["id"], row["state"], row["updated"])
        for row in cursor.execute("SELECT path, message_id, at FROM seen ORDER BY at"):
            if (entity := self.entities.get(row["path"])) is not None:
                entity.restore_seen(row["message_id"], row["at"])
        for row in cursor.execute("SELECT * FROM message ORDER BY path, seq"):
            if (entity := self.entities.get(row["path"])) is not None:
                entity.restore(row)

    def _reload(self) -> None:
        """Goes back to what the store holds: the memory is ahead of it after a failed commit."""
        self._reloaded()
        for entity in self.entities.values():
            entity.clear()
        self.entities.clear()  # some may have been made or deleted since
        self.deadlines.clear()
        self._load()

    async def _run_timer(self) -> None:
        while True:
            self._wake.clear()
            self.deadlines.run(self.now_ms())
            waits: list[asyncio.Future[bool]] = [asyncio.ensure_future(self._woken())]
            if (due := self.deadlines.next_ms) is not None:
                when = datetime.fromtimestamp(due / 1000, UTC) - self._ahead
                waits.append(asyncio.ensure_future(self._sleep_until(when)))
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()

    async def _woken(self) -> bool:
        return await self._wake.wait()

    async def _sleep_until(self, when: datetime) -> bool:
        await self._clock.sleep_until(when)
        return True
