"""What lies in the database, so that tests can tell that nothing changed."""

from typing import Any

from shared.clients import AzureClients
from shared.documents import without_system_properties


class Database:
    """Reads beside the app."""

    def __init__(self, clients: AzureClients) -> None:
        self._clients = clients

    async def partition(self, container: str, key: str) -> list[dict[str, Any]]:
        """Every document of a partition, oldest first, as the app wrote it."""
        found = self._clients.container(container).query_items("SELECT * FROM c", partition_key=key)
        documents = [without_system_properties(dict(document)) async for document in found]
        return sorted(documents, key=lambda document: (document["createdAt"], document["id"]))

    async def everything(self, container: str) -> list[dict[str, Any]]:
        """Every document of a container."""
        found = self._clients.container(container).query_items("SELECT * FROM c")
        return [without_system_properties(dict(document)) async for document in found]
