"""Faults of the stand-ins as context managers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from localcloud.cosmos.faults import FaultRules
from localcloud.servicebus.faults import FaultRules as ServiceBusFaultRules


class CloudFaults:
    """What can go wrong in the cloud, on demand."""

    def __init__(self, cosmos: FaultRules, service_bus: ServiceBusFaultRules) -> None:
        self._cosmos, self._service_bus = cosmos, service_bus

    @contextmanager
    def cosmos(self, **rule: Any) -> Iterator[int]:
        """A fault of Cosmos DB while the block runs, e.g. `cosmos(status=429, count=3, container="orders")`.

        The fields are those of `localcloud.cosmos.faults.FaultRule`, in either spelling. Yields the rule's id;
        raises CosmosError (400) for a rule that makes no sense.
        """
        number: int = self._cosmos.add(rule)["id"]
        try:
            yield number
        finally:
            self._cosmos.clear(number)

    @contextmanager
    def service_bus(self, **rule: Any) -> Iterator[int]:
        """A fault of Service Bus while the block runs, e.g. `service_bus(operation="settle", lock_lost=True, count=1)`.

        The fields are those of `localcloud.servicebus.faults.FaultRule`, in either spelling. Yields the rule's id for
        `service_bus_hits`; raises FaultRuleError for a rule that makes no sense.
        """
        number: int = self._service_bus.add(rule)["id"]
        try:
            yield number
        finally:
            self._service_bus.clear(number)

    def service_bus_hits(self, number: int) -> int:
        """How many operations of Service Bus the rule has hit so far."""
        return int(next(rule["hits"] for rule in self._service_bus.list() if rule["id"] == number))

    def hits(self, number: int) -> int:
        """How many requests to Cosmos DB the rule has hit so far."""
        return int(next(rule["hits"] for rule in self._cosmos.list() if rule["id"] == number))

    def clear(self) -> None:
        """No faults any more."""
        self._cosmos.clear()
        self._service_bus.clear()
