"""Where instances, their histories and their outgoing work are kept."""

from localcloud.durable.store.memory import MemoryHistoryStore
from localcloud.durable.store.model import HistoryStore
from localcloud.durable.store.sqlite import SqliteHistoryStore

__all__ = ["HistoryStore", "MemoryHistoryStore", "SqliteHistoryStore"]
