"""What every stored document has in common, and events as documents."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from shared.time import rfc3339

_SYSTEM_PROPERTIES = ("_rid", "_self", "_etag", "_attachments", "_ts", "_lsn")


class StoredModel(BaseModel):
    """Base of the models of documents: camelCase; fields that another version of the app has added are ignored."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")

    def to_document(self) -> dict[str, Any]:
        """The JSON object to store, without system properties."""
        return self.model_dump(mode="json", by_alias=True)


def base_fields(document_type: str, now: datetime, schema_version: int = 1) -> dict[str, Any]:
    """The fields that every new document carries."""
    time = rfc3339(now)
    return {"type": document_type, "schemaVersion": schema_version, "createdAt": time, "updatedAt": time}


def without_system_properties(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document as the shop wrote it, without what Cosmos DB adds."""
    return {name: value for name, value in document.items() if name not in _SYSTEM_PROPERTIES}


def event_document(
    *,
    event_type: str,
    aggregate: str,
    sequence: int,
    actor: str,
    now: datetime,
    data: Mapping[str, Any],
    correlation_id: str = "",
    traceparent: str = "",
) -> dict[str, Any]:
    """An event of an aggregate, id `<aggregate>:<sequence>`; no personal data in `data`.

    The caller adds the partition key and writes it in one batch with the change it tells of.
    """
    return {
        "id": f"{aggregate}:{sequence}",
        **base_fields(event_type, now),
        "time": rfc3339(now),
        "aggregate": aggregate,
        "sequence": sequence,
        "actor": actor,
        "correlationId": correlation_id,
        "traceparent": traceparent,
        "data": dict(data),
    }
