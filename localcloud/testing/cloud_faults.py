"""Faults of the stand-ins as context managers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from localcloud.cosmos.faults import FaultRules


class CloudFaults:
    """What can go wrong in the cloud, on demand."""

    def __init__(self, cosmos: FaultRules) -> None:
        self._cosmos = cosmos

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

    def hits(self, number: int) -> int:
        """How many requests the rule has hit so far."""
        return int(next(rule["hits"] for rule in self._cosmos.list() if rule["id"] == number))

    def clear(self) -> None:
        """No faults any more."""
        self._cosmos.clear()
