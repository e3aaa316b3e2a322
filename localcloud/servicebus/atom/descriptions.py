"""Queues, topics and subscriptions as XML descriptions, both ways."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any
from xml.etree import ElementTree as ET

import isodate

from localcloud.servicebus.atom.documents import SERVICE_BUS, XSI, RequestError, add, local_name, moment
from localcloud.servicebus.atom.rules import rule_of
from localcloud.servicebus.broker.entity import Entity
from localcloud.servicebus.broker.message import State
from localcloud.servicebus.broker.options import QueueOptions, TopicOptions
from localcloud.servicebus.broker.queue import Queue
from localcloud.servicebus.broker.topic import Topic

COUNTS = "{http://schemas.microsoft.com/netservices/2011/06/servicebus}"
NEVER = "P10675199DT2H48M5.4775807S"
"""The longest duration of .NET: no limit."""
_COMMON = ("DefaultMessageTimeToLive", "AutoDeleteOnIdle", "EnableBatchedOperations", "Status", "UserMetadata")
_DUPLICATES = ("RequiresDuplicateDetection", "DuplicateDetectionHistoryTimeWindow")
_SIZES = ("MaxSizeInMegabytes", "MaxMessageSizeInKilobytes", "EnablePartitioning", "EnableExpress")
_RECEIVING = (
    "LockDuration",
    "RequiresSession",
    "DeadLetteringOnMessageExpiration",
    "MaxDeliveryCount",
    "ForwardTo",
    "ForwardDeadLetteredMessagesTo",
)
QUEUE_SETTINGS = (*_COMMON, *_DUPLICATES, *_SIZES, *_RECEIVING)
TOPIC_SETTINGS = (*_COMMON, *_DUPLICATES, *_SIZES, "SupportOrdering")
SUBSCRIPTION_SETTINGS = (*_COMMON, *_RECEIVING, "DeadLetteringOnFilterEvaluationExceptions")
_TIMES = {"LockDuration", "DuplicateDetectionHistoryTimeWindow", "DefaultMessageTimeToLive", "AutoDeleteOnIdle"}
_DESTINATIONS = {"ForwardTo", "ForwardDeadLetteredMessagesTo"}
_NOT_SETTINGS = {
    *(
        "SizeInBytes",
        "MessageCount",
        "CountDetails",
        "CreatedAt",
        "UpdatedAt",
        "AccessedAt",
        "EntityAvailabilityStatus",
    ),
    *("SubscriptionCount", "SqlFilterCount", "CorrelationFilterCount", "IsAnonymousAccessible", "SkippedUpdate"),
    *("FilteringMessagesBeforePublishing", "EnableSubscriptionPartitioning", "SupportOrdering"),
}
"""What clients send back as they got it."""


def settings_of(description: ET.Element) -> dict[str, Any]:
    """The settings of a description, under the names of the resources file. Raises RequestError."""
    found: dict[str, Any] = {}
    for child in description:
        name = local_name(child)
        if name == "AuthorizationRules" and len(child):
            text = "Authorization rules of entities are not built: localcloud has one key for everything."
            raise RequestError(HTTPStatus.BAD_REQUEST, text)
        if name == "DefaultRuleDescription":
            found["rules"] = (rule_of(child, None),)
        elif name not in _NOT_SETTINGS and name != "AuthorizationRules" and child.get(f"{XSI}nil") != "true":
            text = (child.text or "").strip()
            found[name[0].lower() + name[1:]] = _path(text) if name in _DESTINATIONS else text
    return found


def described(entity: Entity, kind: str, settings: tuple[str, ...], base: str) -> ET.Element:
    """The entity's settings, counts and times. `kind` names the element, e.g. QueueDescription."""
    found = ET.Element(SERVICE_BUS + kind)
    options = entity.common
    for name in settings:
        text = _text(options, name, base)
        if text is not None:
            add(found, name, text)
    for name, milliseconds in (("CreatedAt", options.created_at), ("UpdatedAt", options.updated_at)):
        add(found, name, moment(milliseconds))
    add(found, "AccessedAt", moment(entity.accessed_at or options.updated_at))
    add(found, "EntityAvailabilityStatus", "Available")
    _add_counts(found, entity)
    return found


def _text(options: QueueOptions | TopicOptions, name: str, base: str) -> str | None:
    """A setting as text; None when it is not set."""
    attribute = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
    value = getattr(options, attribute)
    if name in _TIMES:
        return NEVER if value is None else str(isodate.duration_isoformat(timedelta(milliseconds=value)))
    if value is None:
        return None
    if name in _DESTINATIONS:
        return f"sb://{base.partition('://')[2]}/{value}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _add_counts(found: ET.Element, entity: Entity) -> None:
    scheduled = sum(message.state is State.SCHEDULED for message in entity.messages.values())
    active = len(entity.messages) - scheduled
    dead = entity.dead_letters if isinstance(entity, Queue) else None
    buried = 0 if dead is None else len(dead.messages)
    details = ET.SubElement(found, f"{SERVICE_BUS}CountDetails")
    for name, count in (("Active", active), ("DeadLetter", buried), ("Scheduled", scheduled)):
        ET.SubElement(details, f"{COUNTS}{name}MessageCount").text = str(count)
    for name in ("TransferDeadLetterMessageCount", "TransferMessageCount"):
        ET.SubElement(details, COUNTS + name).text = "0"
    if isinstance(entity, Topic):
        rules = [rule for each in entity.subscriptions.values() for rule in each.rules.values()]
        correlated = sum(rule.definition.correlation_filter is not None for rule in rules)
        add(found, "SubscriptionCount", str(len(entity.subscriptions)))
        add(found, "SqlFilterCount", str(len(rules) - correlated))
        add(found, "CorrelationFilterCount", str(correlated))
    else:
        add(found, "MessageCount", str(active + scheduled + buried))
    messages = [*entity.messages.values(), *(dead.messages.values() if dead is not None else ())]
    add(found, "SizeInBytes", str(sum(len(message.content.bare) for message in messages)))


def _path(destination: str) -> str:
    """The entity's path in an address such as sb://host:port/path."""
    return destination.partition("://")[2].partition("/")[2] if "://" in destination else destination
