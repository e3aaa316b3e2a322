"""What requests of the administration endpoint change."""

from http import HTTPStatus
from typing import Any
from xml.etree import ElementTree as ET

from localcloud.servicebus.atom.descriptions import settings_of
from localcloud.servicebus.atom.documents import RequestError, description_in
from localcloud.servicebus.atom.place import Place
from localcloud.servicebus.atom.rules import rule_of
from localcloud.servicebus.broker.broker import Broker
from localcloud.servicebus.broker.descriptions import (
    EntityExistsError,
    EntityMissingError,
    QueueDescription,
    SubscriptionDescription,
    TopicDescription,
    validated,
)
from localcloud.servicebus.broker.entity import Entity
from localcloud.servicebus.broker.queue import Queue
from localcloud.servicebus.broker.topic import Topic


def entity_at(broker: Broker, place: Place) -> Entity:
    """The entity of a place. Raises EntityMissingError."""
    found = broker.find(place.path)
    if found is None or (
        isinstance(found, Queue) and (found.is_dead_letters or found.in_topic != bool(place.subscription))
    ):
        raise EntityMissingError(f"The messaging entity '{place.path}' could not be found.")
    return found


def topic_at(broker: Broker, name: str) -> Topic:
    """The topic with a name. Raises EntityMissingError."""
    found = broker.find(name)
    if not isinstance(found, Topic):
        raise EntityMissingError(f"The topic '{name}' could not be found.")
    return found


def put(broker: Broker, place: Place, body: bytes, *, updates: bool) -> None:
    """Makes what is described, or changes it (`updates`). Raises RequestError and DefinitionError."""
    if place.kind == "rule":
        rule = rule_of(description_in(body, "RuleDescription"), place.rule)
        broker.definitions.add_rule(entity_at(broker, place), rule, replaces=updates)
        return
    topic = topic_at(broker, place.entity) if place.kind == "subscription" else None
    found = broker.find(place.path)
    if found is None and updates:
        raise EntityMissingError(f"The messaging entity '{place.path}' could not be found.")
    if found is not None and not updates:
        raise EntityExistsError(f"The messaging entity '{place.path}' exists already.")
    if topic is not None:
        settings = _settings(broker, place, description_in(body, "SubscriptionDescription"))
        if updates:
            settings.pop("rules", None)
        named = validated(SubscriptionDescription, settings | {"name": place.subscription})
        broker.definitions.put_subscription(topic, named)
    elif b"TopicDescription" in body:
        settings = _settings(broker, place, description_in(body, "TopicDescription"))
        broker.definitions.put_topic(validated(TopicDescription, settings | {"name": place.entity}))
    else:
        settings = _settings(broker, place, description_in(body, "QueueDescription"))
        broker.definitions.put_queue(validated(QueueDescription, settings | {"name": place.entity}))


def delete(broker: Broker, place: Place) -> None:
    """Removes what is there. Raises EntityMissingError."""
    entity = entity_at(broker, place)
    if place.kind == "rule":
        broker.definitions.remove_rule(entity, place.rule)
    else:
        broker.definitions.remove(entity)


def _settings(broker: Broker, place: Place, description: ET.Element) -> dict[str, Any]:
    """The settings, whose destinations must exist. Raises RequestError."""
    found = settings_of(description)
    for name in ("forwardTo", "forwardDeadLetteredMessagesTo"):
        target = found.get(name)
        if not target:
            continue
        if target.strip("/").lower() == place.path.lower():
            raise RequestError(
                HTTPStatus.BAD_REQUEST, f"The setting {name} of {place.path} leads to the entity itself."
            )
        if broker.find(target) is None:
            raise RequestError(HTTPStatus.BAD_REQUEST, f"The setting {name} leads to {target}, which doesn't exist.")
    return found
