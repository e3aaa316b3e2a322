"""Which entities there are: made, changed and removed, and kept in the store."""

from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from pydantic.alias_generators import to_camel

from localcloud.servicebus.broker.descriptions import (
    DefinitionError,
    EntityExistsError,
    EntityMissingError,
    QueueDescription,
    SubscriptionDescription,
    TopicDescription,
    parsed,
)
from localcloud.servicebus.broker.entity import Entity
from localcloud.servicebus.broker.filters.rules import Rule, RuleDefinition
from localcloud.servicebus.broker.options import QueueOptions, TopicOptions
from localcloud.servicebus.broker.queue import Queue
from localcloud.servicebus.broker.topic import Subscription, Topic

if TYPE_CHECKING:
    from localcloud.servicebus.broker.broker import Broker

D = TypeVar("D", QueueDescription, TopicDescription, SubscriptionDescription)
__all__ = ["DefinitionError", "Definitions", "parsed"]

_FIXED = ("requires_session", "requires_duplicate_detection", "enable_partitioning")
"""Settings that an entity keeps for life."""


class Definitions:
    """Makes entities and remembers them."""

    def __init__(self, broker: "Broker") -> None:
        self._broker = broker

    def provision(self, described: Any) -> list[str]:
        """Makes what is missing and answers the names; what is there keeps its messages and takes the new settings.

        A subscription that is there keeps its rules unless rules are described. Takes the section `serviceBus`, a
        whole resources description, or the official emulator's Config.json. Raises DefinitionError; nothing has
        changed then.
        """
        description = parsed(described)
        for queue in description.queues:
            self._check(queue.name, queue, Queue)
        for topic in description.topics:
            self._check(topic.name, topic, Topic)
            for each in topic.subscriptions:
                self._check(subscription_path(topic.name, each.name), each, Queue)
        existing = set(self._broker.entities)
        made = [self.put_queue(queue, forwards=False) for queue in description.queues]
        for topic in description.topics:
            entity = self.put_topic(topic)
            made += [self.put_subscription(entity, each, forwards=False) for each in topic.subscriptions]
        for queue_made in made:
            queue_made.forward_waiting()
        names = {path: entity.name for path, entity in self._broker.entities.items()}
        return [name for path, name in names.items() if path not in existing and not path.endswith("/$deadletterqueue")]

    def restore(self, definition: str) -> None:
        """Makes a stored entity again, at start."""
        found = orjson.loads(definition)
        if "queue" in found:
            described = QueueDescription.model_validate(found["queue"])
            self._queue(described.name, described)
            return
        description = TopicDescription.model_validate(found["topic"])
        topic = self._topic(description)
        for each in description.subscriptions:
            queue = self._queue(subscription_path(description.name, each.name), each, in_topic=True)
            topic.subscribe(queue, each.rules)

    def put_queue(self, description: QueueDescription, *, forwards: bool = True) -> Queue:
        """Makes a queue, or gives it these settings. Raises DefinitionError."""
        self._check(description.name, description, Queue)
        queue = self._queue(description.name, self._dated(description.name, description))
        self._keep_queue(queue)
        if forwards:
            queue.forward_waiting()
        return queue

    def put_topic(self, description: TopicDescription) -> Topic:
        """Makes a topic, or gives it these settings; leaves the subscriptions alone. Raises DefinitionError."""
        self._check(description.name, description, Topic)
        topic = self._topic(self._dated(description.name, description))
        self._keep_topic(topic)
        return topic

    def put_subscription(self, topic: Topic, description: SubscriptionDescription, *, forwards: bool = True) -> Queue:
        """Makes a subscription, or gives it these settings, and the rules unless they are None.

        Raises DefinitionError.
        """
        path = subscription_path(topic.name, description.name)
        self._check(path, description, Queue)
        queue = self._queue(path, self._dated(path, description), in_topic=True)
        if queue.path not in topic.subscriptions or description.rules is not None:
            topic.subscribe(queue, description.rules)
        self._keep_topic(topic)
        if forwards:
            queue.forward_waiting()
        return queue

    def remove(self, entity: Entity) -> None:
        """Removes an entity with all its messages; clients on it are told. A topic goes with its subscriptions."""
        if isinstance(entity, Topic):
            for subscription in list(entity.subscriptions.values()):
                self.remove(subscription.queue)
        topic = self._topic_of(entity)
        if topic is not None:
            del topic.subscriptions[entity.path]
            self._keep_topic(topic)
        else:
            self._broker.journal.add("DELETE FROM entity WHERE path = ?", entity.path)
        for gone in [entity, *([entity.dead_letters] if isinstance(entity, Queue) and entity.dead_letters else [])]:
            self._broker.entities.pop(gone.path, None)
            for table in ("message", "session", "seen", "sequence"):
                self._broker.journal.add(f"DELETE FROM {table} WHERE path = ?", gone.path)  # noqa: S608 - names above
            gone.close()

    def subscription_of(self, entity: Entity) -> Subscription:
        """The subscription behind a queue. Raises EntityMissingError when it belongs to no topic."""
        topic = self._topic_of(entity)
        if topic is None:
            raise EntityMissingError(f"{entity.name} is no subscription: it has no rules.")
        return topic.subscriptions[entity.path]

    def add_rule(self, entity: Entity, rule: RuleDefinition, *, replaces: bool = False) -> RuleDefinition:
        """Adds a rule to a subscription, or changes one (`replaces`). Raises EntityExistsError, EntityMissingError."""
        rules = self.subscription_of(entity).rules
        found = next((name for name in rules if name.lower() == rule.name.lower()), None)
        if replaces and found is None:
            raise EntityMissingError(f"The subscription {entity.name} has no rule {rule.name}.")
        if found is not None and not replaces:
            raise EntityExistsError(f"The subscription {entity.name} has a rule {rule.name} already.")
        dated = rule.model_copy(update={"created_at": self._broker.now_ms()})
        rules[found or rule.name] = Rule(dated)
        self._keep_topic(self._topic_of(entity))
        return dated

    def remove_rule(self, entity: Entity, name: str) -> None:
        """Removes a rule from a subscription. Raises EntityMissingError."""
        rules = self.subscription_of(entity).rules
        found = next((key for key in rules if key.lower() == name.lower()), None)
        if found is None:
            raise EntityMissingError(f"The subscription {entity.name} has no rule {name}.")
        del rules[found]
        self._keep_topic(self._topic_of(entity))

    def _topic_of(self, entity: Entity) -> Topic | None:
        if not isinstance(entity, Queue) or not entity.in_topic:
            return None
        topic = self._broker.find(entity.path.rsplit("/subscriptions/", 1)[0])
        return topic if isinstance(topic, Topic) else None

    def _check(self, path: str, wanted: QueueOptions | TopicOptions, kind: type[Entity]) -> None:
        found = self._broker.find(path)
        if found is None:
            return
        if not isinstance(found, kind):
            raise EntityExistsError(f"{path} is a {type(found).__name__.lower()} already.")
        for name in _FIXED:
            if getattr(wanted, name, None) != getattr(found.common, name, None):
                text = (
                    f"The value of {to_camel(name)} of {found.name} can't change: delete the entity and make it anew."
                )
                raise DefinitionError(text)

    def _dated(self, path: str, given: D) -> D:
        found, now = self._broker.find(path), self._broker.now_ms()
        return given.model_copy(update={"created_at": found.common.created_at if found else now, "updated_at": now})

    def _queue(self, name: str, options: QueueOptions, *, in_topic: bool = False) -> Queue:
        found = self._broker.find(name)
        if isinstance(found, Queue):
            found.change(options)
            return found
        queue = Queue(self._broker, name, options, in_topic=in_topic)
        self._broker.add(queue)
        return queue

    def _topic(self, description: TopicDescription) -> Topic:
        found = self._broker.find(description.name)
        options = TopicOptions.model_validate(description.model_dump(exclude={"name", "subscriptions"}))
        if isinstance(found, Topic):
            found.common = options
            return found
        topic = Topic(self._broker, description.name, options)
        self._broker.add(topic)
        return topic

    def _keep_queue(self, queue: Queue) -> None:
        self._put(queue.path, {"queue": _dumped(queue.options) | {"name": queue.name}})

    def _keep_topic(self, topic: Topic | None) -> None:
        if topic is None:
            return
        subscriptions = [
            _dumped(each.queue.options)
            | {
                "name": each.queue.name.rsplit("/", 1)[1],
                "rules": [rule.definition.model_dump(mode="json") for rule in each.rules.values()],
            }
            for each in topic.subscriptions.values()
        ]
        self._put(topic.path, {"topic": _dumped(topic.common) | {"name": topic.name, "subscriptions": subscriptions}})

    def _put(self, path: str, definition: dict[str, Any]) -> None:
        text = orjson.dumps(definition).decode()
        self._broker.journal.add("INSERT OR REPLACE INTO entity VALUES (?, ?)", path, text)


def subscription_path(topic: str, subscription: str) -> str:
    """Where a subscription is found."""
    return f"{topic}/Subscriptions/{subscription}"


def _dumped(options: QueueOptions | TopicOptions) -> dict[str, Any]:
    return options.model_dump(mode="json")
