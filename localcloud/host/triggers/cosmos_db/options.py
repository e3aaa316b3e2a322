"""What a `cosmosDBTrigger` binding says, with the extension's defaults."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from localcloud.host.model import FunctionError, FunctionMetadata
from localcloud.host.settings import MissingSettingError, is_true, resolve
from localcloud.host.triggers.cosmos_db.connection import connection_of


@dataclass(frozen=True)
class Place:
    """A container behind a connection."""

    connection: str
    database: str
    container: str


@dataclass(frozen=True)
class TriggerOptions:
    """One trigger. Intervals as the extension has them."""

    monitored: Place
    leases: Place
    create_leases: bool
    lease_throughput: int | None
    prefix: str
    """Before the ids of the leases; functions with different ones each get every change."""
    poll_delay: timedelta
    """The pause after a poll without changes."""
    acquire_interval: timedelta
    """How often the leases are looked over."""
    renew_interval: timedelta
    expiration: timedelta
    """The age of a lease at which its owner counts as dead."""
    max_items: int | None
    from_beginning: bool
    from_time: datetime | None

    @classmethod
    def of(cls, function: FunctionMetadata, settings: Mapping[str, str]) -> "TriggerOptions":
        """A function's trigger. Raises FunctionError for missing names and values that can't be."""
        read = BindingReader(function, function.trigger, settings)
        monitored = read.place()
        from_time, beginning = read.moment("startFromTime"), read.flag("startFromBeginning")
        if from_time is not None and beginning:
            raise read.error("Only one of StartFromBeginning or StartFromTime can be used.")
        lease_connection = str(function.trigger.get("leaseConnection") or monitored.connection)
        return cls(
            monitored=monitored,
            leases=Place(
                lease_connection,
                read.text("leaseDatabaseName") or monitored.database,
                read.text("leaseContainerName") or "leases",
            ),
            create_leases=read.flag("createLeaseContainerIfNotExists"),
            lease_throughput=read.number("leasesContainerThroughput"),
            prefix=read.text("leaseContainerPrefix") or "",
            poll_delay=read.milliseconds("feedPollDelay", 5_000),
            acquire_interval=read.milliseconds("leaseAcquireInterval", 13_000),
            renew_interval=read.milliseconds("leaseRenewInterval", 17_000),
            expiration=read.milliseconds("leaseExpirationInterval", 60_000),
            max_items=read.number("maxItemsPerInvocation"),
            from_beginning=beginning,
            from_time=from_time,
        )


class BindingReader:
    """Reads a binding's values; `%SETTING%` is replaced. Raises FunctionError that names function and value."""

    def __init__(self, function: FunctionMetadata, binding: Mapping[str, Any], settings: Mapping[str, str]) -> None:
        self._name, self._binding, self._settings = function.name, binding, settings

    def error(self, text: str) -> FunctionError:
        """The error of this function, in the host's words."""
        return FunctionError(
            f"Microsoft.Azure.WebJobs.Host: Error indexing method 'Functions.{self._name}'. "
            f"Microsoft.Azure.WebJobs.Extensions.CosmosDB: {text}"
        )

    def place(self) -> Place:
        """The binding's own container."""
        database, container = self.text("databaseName"), self.text("containerName")
        if not database or not container:
            raise self.error("The binding must have a databaseName and a containerName.")
        return Place(connection_of(self._binding), database, container)

    def text(self, key: str) -> str | None:
        """A text, None when it isn't there."""
        value = self._binding.get(key)
        try:
            return None if value is None else resolve(str(value), self._settings)
        except MissingSettingError as error:
            raise self.error(str(error)) from error

    def flag(self, key: str) -> bool:
        """A switch, off when it isn't there."""
        return is_true(self.text(key))

    def number(self, key: str) -> int | None:
        """A whole number above 0, None when it isn't there (or 0 or below, which the extension ignores)."""
        text = self.text(key)
        try:
            number = 0 if text is None else int(text)
        except ValueError:
            raise self.error(f"{key} must be a whole number, not {text!r}.") from None
        return number if number > 0 else None

    def milliseconds(self, key: str, default: int) -> timedelta:
        """A duration."""
        return timedelta(milliseconds=self.number(key) or default)

    def moment(self, key: str) -> datetime | None:
        """An ISO 8601 time; without zone it is UTC."""
        text = self.text(key)
        if not text:
            return None
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise self.error(f"{key} must be a time like '2026-02-16T14:19:29Z', not {text!r}.") from None
        return found if found.tzinfo else found.replace(tzinfo=UTC)
