"""What an address of the administration endpoint names."""

import re
from dataclasses import dataclass

_BELOW_TOPIC = re.compile(
    r"(?P<topic>.+?)/subscriptions(?:/(?P<subscription>[^/]+)(?:/(?P<rules>rules)(?:/(?P<rule>[^/]+))?)?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Place:
    """`kind` is one of namespace, queues, topics (lists), entity, subscriptions (list), subscription, rules, rule."""

    kind: str
    entity: str = ""
    subscription: str = ""
    rule: str = ""

    @property
    def path(self) -> str:
        """Where the broker finds the entity."""
        return f"{self.entity}/Subscriptions/{self.subscription}" if self.subscription else self.entity


def place_of(path: str) -> Place:
    """The place of a decoded address path."""
    path = path.strip("/")
    special = {"$namespaceinfo": "namespace", "$resources/queues": "queues", "$resources/topics": "topics"}
    if path.lower() in special:
        return Place(special[path.lower()])
    found = _BELOW_TOPIC.fullmatch(path)
    if found is None:
        return Place("entity", path)
    topic, subscription, rule = found["topic"], found["subscription"] or "", found["rule"] or ""
    kind = "rule" if rule else "rules" if found["rules"] else "subscription" if subscription else "subscriptions"
    return Place(kind, topic, subscription, rule)
