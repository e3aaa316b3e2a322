"""Leases in the format of Microsoft's change feed processor: who reads which partition, and how far it got."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any


class LeaseLostError(Exception):
    """The lease has another owner now."""


@dataclass(frozen=True)
class Lease:
    """A lease as it is stored."""

    document: dict[str, Any]

    @property
    def id(self) -> str:
        """`<prefix>..<partition key range>`."""
        return str(self.document["id"])

    @property
    def range_id(self) -> str:
        """The partition key range."""
        return str(self.document["LeaseToken"])

    @property
    def owner(self) -> str | None:
        """The host that works on it, None when nobody does."""
        return self.document.get("Owner") or None

    @property
    def continuation(self) -> str | None:
        """The etag of the last page that was worked off, quotes included; None before the first."""
        return self.document.get("ContinuationToken") or None

    @property
    def etag(self) -> str:
        """What conditional writes compare."""
        return str(self.document["_etag"])

    def expired(self, now: datetime, after: timedelta) -> bool:
        """Whether nobody works on it, or its owner has not renewed it for so long."""
        if self.owner is None:
            return True
        try:
            renewed = datetime.fromisoformat(str(self.document.get("timestamp")))
        except ValueError:
            return True
        return (renewed if renewed.tzinfo else renewed.replace(tzinfo=UTC)) + after <= now


def new_lease(prefix: str, partition: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The document of a lease that nobody has had yet."""
    return {
        "id": f"{prefix}..{partition['id']}",
        "version": 0,
        "LeaseToken": str(partition["id"]),
        "FeedRange": {"Range": {"min": partition["minInclusive"], "max": partition["maxExclusive"]}},
        "Owner": None,
        "ContinuationToken": None,
        "properties": {},
        "timestamp": timestamp(now),
        "Mode": "Incremental Feed",
    }


def timestamp(now: datetime) -> str:
    """A time with seven decimals, as .NET writes it."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"
