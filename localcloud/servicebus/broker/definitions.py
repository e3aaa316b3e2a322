"""Which entities there are: declared in JSON, kept in the store, made when missing."""

from typing import TYPE_CHECKING, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from localcloud.servicebus.broker.filters.rules import RuleDefinition
from localcloud.servicebus.broker.options import QueueOptions, TopicOptions
from localcloud.servicebus.broker.queue import Queue
from localcloud.servicebus.broker.topic import Topic

if TYPE_CHECKING:
    from localcloud.servicebus.broker.broker import Broker


class DefinitionError(Exception):
    """A description of entities can't be used; the text names the place and the reason."""


class _Description(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class SubscriptionDescription(QueueOptions):
    """A subscription: a queue's settings, a name and rules (none given: everything matches)."""

    name: str
    rules: tuple[RuleDefinition, ...] | None = None


class QueueDescription(QueueOptions):
    """A queue."""

    name: str


class TopicDescription(TopicOptions):
    """A topic with its subscriptions."""

    name: str
    subscriptions: tuple[SubscriptionDescription, ...] = ()


class Description(_Description):
    """The section `serviceBus` of a resources description."""

    queues: tuple[QueueDescription, ...] = Field(default=())
    topics: tuple[TopicDescription, ...] = Field(default=())


class Definitions:
    """Makes entities and remembers them."""

    def __init__(self, broker: "Broker") -> None:
        self._broker = broker

    def provision(self, described: Any) -> list[str]:
        """Makes what is missing and answers the names; what is there keeps its messages and takes the new settings.

        Takes the section `serviceBus`, a whole resources description, or the official emulator's Config.json.
        Raises DefinitionError.
        """
        description = parsed(described)
        existing = set(self._broker.entities)
        for queue in description.queues:
            self._put({"queue": queue.model_dump(mode="json")}, queue.name)
            self._queue(queue.name, queue)
        for topic in description.topics:
            self._put({"topic": topic.model_dump(mode="json")}, topic.name)
            self._topic(topic)
        return [
            entity.name
            for path, entity in self._broker.entities.items()
            if path not in existing and not path.endswith("/$deadletterqueue")
        ]

    def restore(self, definition: str) -> None:
        """Makes a stored entity again, at start."""
        found = orjson.loads(definition)
        if "queue" in found:
            queue = QueueDescription.model_validate(found["queue"])
            self._queue(queue.name, queue)
        else:
            self._topic(TopicDescription.model_validate(found["topic"]))

    def _put(self, definition: dict[str, Any], name: str) -> None:
        self._broker.journal.add(
            "INSERT OR REPLACE INTO entity VALUES (?, ?)", name.lower(), orjson.dumps(definition).decode()
        )

    def _queue(self, name: str, options: QueueOptions, *, in_topic: bool = False) -> Queue:
        found = self._broker.find(name)
        if isinstance(found, Queue):
            found.options = found.common = options
            return found
        queue = Queue(self._broker, name, options, in_topic=in_topic)
        self._broker.add(queue)
        return queue

    def _topic(self, description: TopicDescription) -> None:
        topic = self._broker.find(description.name)
        if not isinstance(topic, Topic):
            topic = Topic(self._broker, description.name, description)
            self._broker.add(topic)
        topic.common = description
        for subscription in description.subscriptions:
            path = f"{description.name}/Subscriptions/{subscription.name}"
            topic.subscribe(self._queue(path, subscription, in_topic=True), subscription.rules)


def parsed(described: Any) -> Description:
    """The description of a JSON value. Raises DefinitionError."""
    if not isinstance(described, dict):
        raise DefinitionError("The description of entities must be a JSON object.")
    section = described.get("serviceBus", described)
    if "UserConfig" in described:
        section = _from_emulator(described["UserConfig"])
    try:
        return Description.model_validate(section)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the top"
        raise DefinitionError(f"The description of entities is wrong at {place}: {first['msg']}.") from error


def _from_emulator(config: Any) -> dict[str, Any]:
    """Config.json of the official emulator: PascalCase, settings under `Properties`, entities per namespace."""
    flat = _flattened(config)
    namespaces = flat.get("namespaces", []) if isinstance(flat, dict) else []
    queues = [queue for namespace in namespaces for queue in namespace.get("queues") or []]
    topics = [topic for namespace in namespaces for topic in namespace.get("topics") or []]
    return {"queues": queues, "topics": topics}


def _flattened(value: Any) -> Any:
    if isinstance(value, list):
        return [_flattened(item) for item in value]
    if not isinstance(value, dict):
        return value
    flat: dict[str, Any] = {}
    for key, item in value.items():
        name = key[:1].lower() + key[1:]
        if key == "Properties" and "Name" in value and isinstance(item, dict):
            flat |= _flattened(item)
        else:
            flat[name] = item if key == "Properties" else _flattened(item)
    return flat
