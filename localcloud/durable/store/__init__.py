"""Where instances, their histories and their outgoing work are kept."""

from localcloud.durable.store.memory import MemoryHistoryStore
from localcloud.durable.store.model import HistoryStore

__all__ = ["HistoryStore", "MemoryHistoryStore"]
