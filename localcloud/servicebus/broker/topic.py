"""Topics: one message in, a copy for each subscription with a matching rule."""

from dataclasses import replace
from typing import TYPE_CHECKING

from localcloud.servicebus.broker.entity import Entity
from localcloud.servicebus.broker.filters.rules import MATCH_ALL, Rule, RuleDefinition, copies
from localcloud.servicebus.broker.message import Content
from localcloud.servicebus.broker.options import TopicOptions
from localcloud.servicebus.broker.queue import Queue

if TYPE_CHECKING:
    from localcloud.servicebus.broker.broker import Broker


class Subscription:
    """A subscription's queue and rules, by rule name."""

    def __init__(self, queue: Queue, rules: dict[str, Rule]) -> None:
        self.queue = queue
        self.rules = rules


class Topic(Entity):
    """Holds no messages but the scheduled ones."""

    def __init__(self, broker: "Broker", name: str, options: TopicOptions) -> None:
        super().__init__(broker, name, options)
        self.subscriptions: dict[str, Subscription] = {}

    def subscribe(self, queue: Queue, rules: tuple[RuleDefinition, ...] | None) -> None:
        """Adds a subscription, or gives it other rules."""
        default = MATCH_ALL.model_copy(update={"created_at": queue.options.created_at})
        given = (default,) if rules is None else rules
        self.subscriptions[queue.path] = Subscription(queue, {rule.name: Rule(rule) for rule in given})

    def accept(self, content: Content, *, hops: int = 0) -> None:
        """Gives each subscription what its rules make of the message."""
        content = replace(content, ttl_ms=self.lifetime(content))
        for subscription in self.subscriptions.values():
            for copy in copies(content, list(subscription.rules.values())):
                subscription.queue.accept(copy, hops=hops)
