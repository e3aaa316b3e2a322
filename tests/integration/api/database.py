"""What lies in the database, so that tests can tell that nothing changed."""

from collections.abc import Callable, Coroutine
from typing import Any

from shared.clients import container
from shared.documents import without_system_properties

Documents = list[dict[str, Any]]


class Database:
    """Reads beside the app; `run` runs a coroutine in the loop of the app's clients."""

    def __init__(self, run: Callable[[Coroutine[Any, Any, Documents]], Documents]) -> None:
        self._run = run

    def partition(self, name: str, key: str) -> Documents:
        """Every document of a partition, oldest first, as the app wrote it."""
        found = self._run(_documents(name, key))
        return sorted(found, key=lambda document: (document["createdAt"], document["id"]))

    def everything(self, name: str) -> Documents:
        """Every document of a container."""
        return self._run(_documents(name))

    def replace(self, name: str, document: dict[str, Any]) -> None:
        """Overwrites a document, as if somebody had tampered with it or time had passed."""
        self._run(_replace(name, document))


async def _replace(name: str, document: dict[str, Any]) -> Documents:
    return [dict(await container(name).replace_item(document["id"], document))]


async def _documents(name: str, partition: str | None = None) -> Documents:
    everything, query = container(name).query_items, "SELECT * FROM c"
    found = everything(query) if partition is None else everything(query, partition_key=partition)
    return [without_system_properties(dict(document)) async for document in found]
