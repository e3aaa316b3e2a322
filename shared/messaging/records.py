"""What is known about a message besides the message: the errors of its tries, and what operators did with it.

The Functions host can't give a reason when a message dies, so each failed try leaves its error here, under the message
id; the dead-letter desk joins the two. Documents `message:<hash>` in container `requests` (partition key /id).
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import (
    CosmosHttpResponseError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from shared.documents import base_fields, without_system_properties
from shared.time import rfc3339

MOST_ERRORS = 50
"""How many errors are kept for one message; more say nothing new."""
_TEXT = 2000


class MessageRecords:
    """All access to the records. `now` is the injected clock."""

    def __init__(self, container: ContainerProxy, now: Callable[[], datetime]) -> None:
        self._container = container
        self._now = now

    async def failed(self, source: str, message_id: str, delivery_count: int, error: Exception) -> None:
        """Notes the error of one try."""
        entry = {
            "at": rfc3339(self._now()),
            "deliveryCount": delivery_count,
            "error": f"{type(error).__name__}: {error}"[:_TEXT],
        }
        condition = f"FROM c WHERE NOT IS_DEFINED(c.errors[{MOST_ERRORS - 1}])"
        await self._append(source, message_id, "errors", entry, condition)

    async def acted(self, source: str, message_id: str, action: str, operator: str, **details: Any) -> None:
        """Notes what an operator does: the audit trail. `action` is e.g. `replaying`, `replayed`, `discarded`."""
        entry = {"at": rfc3339(self._now()), "action": action, "operator": operator, **details}
        await self._append(source, message_id, "history", entry, None)

    async def of(self, source: str, message_id: str) -> dict[str, Any]:
        """The record, with empty `errors` and `history` when there is none."""
        record_id = _record_id(source, message_id)
        try:
            found = await self._container.read_item(record_id, partition_key=record_id)
        except CosmosResourceNotFoundError:
            return {"source": source, "messageId": message_id, "errors": [], "history": []}
        return without_system_properties(dict(found))

    async def _append(
        self, source: str, message_id: str, to: str, entry: dict[str, Any], condition: str | None
    ) -> None:
        record_id = _record_id(source, message_id)
        operations: list[dict[str, Any]] = [
            {"op": "add", "path": f"/{to}/-", "value": entry},
            {"op": "set", "path": "/updatedAt", "value": rfc3339(self._now())},
        ]
        filtered: dict[str, Any] = {} if condition is None else {"filter_predicate": condition}
        try:
            await self._container.patch_item(record_id, record_id, operations, **filtered)
        except CosmosResourceNotFoundError:
            await self._create(record_id, source, message_id)
            await self._container.patch_item(record_id, record_id, operations, **filtered)
        except CosmosHttpResponseError as error:
            if error.status_code != 412:  # enough errors are known
                raise

    async def _create(self, record_id: str, source: str, message_id: str) -> None:
        record = {
            "id": record_id,
            **base_fields("message-record", self._now()),
            "source": source,
            "messageId": message_id,
            "errors": [],
            "history": [],
        }
        try:
            await self._container.create_item(record)
        except CosmosResourceExistsError:
            return


def _record_id(source: str, message_id: str) -> str:
    return "message:" + hashlib.sha256(f"{source}\n{message_id}".encode()).hexdigest()
