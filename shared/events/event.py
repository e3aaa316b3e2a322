"""An event: as a document beside what it tells of, and as a CloudEvent (https://cloudevents.io, version 1.0, JSON)."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

CONTENT_TYPE = "application/cloudevents+json"
"""Media type of a message that is one CloudEvent in JSON."""

_SOURCES = {"order": "urn:durable-shop:orders", "product": "urn:durable-shop:products"}
_STOCK = "stock"


class MalformedEventError(ValueError):
    """A message isn't one of the shop's events; the text names what is wrong with it."""


def is_event(document: Mapping[str, Any]) -> bool:
    """Whether a document of an outbox container is an event: `<subject>.<what happened>` is its type."""
    subject, dot, happened = str(document.get("type", "")).partition(".")
    return bool(dot and happened) and subject in (*_SOURCES, _STOCK) and "aggregate" in document


class Event(BaseModel):
    """One event. `data` holds ids and amounts only."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True)

    id: str = Field(min_length=1)
    type: str = Field(pattern=r"^(order|product|stock)\.[a-z-]+$")
    time: str
    aggregate: str = Field(min_length=1)
    """Id of the order or the product it happened to."""
    sequence: int | None = None
    """Counts the aggregate's events from 1; None for stock events of orders, which add up in any order."""
    actor: str = ""
    correlation_id: str = ""
    traceparent: str = ""
    schema_version: int = 1
    data: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _counted(self) -> Self:
        if self.type.startswith("order.") and self.sequence is None:
            raise ValueError("an order's events are counted: the sequence is missing")
        return self

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """The event of a document for which `is_event` holds. Raises MalformedEventError."""
        return cls._checked(document)

    @classmethod
    def from_cloud_event(cls, content: Any) -> Self:
        """The event of a message's JSON value. Raises MalformedEventError."""
        if not isinstance(content, dict):
            raise MalformedEventError("the body isn't a JSON object")
        if content.get("specversion") != "1.0":
            raise MalformedEventError(f"specversion is {content.get('specversion')!r}, not '1.0'")
        return cls._checked({own: content[name] for own, name in _ATTRIBUTES.items() if name in content})

    @classmethod
    def _checked(cls, fields: Mapping[str, Any]) -> Self:
        try:
            return cls.model_validate(dict(fields))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(step) for step in first["loc"]) or "the event"
            raise MalformedEventError(f"{place} is wrong: {first['msg']}") from error

    def to_cloud_event(self) -> dict[str, Any]:
        """The JSON object to send: required attributes, then the shop's extensions, empty ones left out."""
        extensions = {
            "sequence": self.sequence,
            "actor": self.actor,
            "correlationid": self.correlation_id,
            "traceparent": self.traceparent,
            "schemaversion": self.schema_version,
        }
        return {
            "specversion": "1.0",
            "id": self.id,
            "source": _SOURCES.get(self.type.partition(".")[0], _SOURCES["product"]),
            "type": self.type,
            "subject": self.aggregate,
            "time": self.time,
            "datacontenttype": "application/json",
            **{name: value for name, value in extensions.items() if value not in (None, "")},
            "data": self.data,
        }


_ATTRIBUTES = {
    "id": "id",
    "type": "type",
    "time": "time",
    "aggregate": "subject",
    "sequence": "sequence",
    "actor": "actor",
    "correlationId": "correlationid",
    "traceparent": "traceparent",
    "schemaVersion": "schemaversion",
    "data": "data",
}
"""Fields of an event by the CloudEvents attribute that carries them; names of extensions are lower-case letters."""
