"""Instants: always aware, always UTC, always written the same way."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, PlainSerializer


def utc_now() -> datetime:
    """The machine's clock. Passed in as `now`, so that tests can pass another one."""
    return datetime.now(UTC)


def rfc3339(instant: datetime) -> str:
    """`2026-01-02T03:04:05.678901Z`: RFC 3339 in UTC, always with six decimals, so that texts sort as instants do."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


Instant = Annotated[AwareDatetime, PlainSerializer(rfc3339, when_used="json")]
"""A model field that holds an instant and is stored as `rfc3339` writes it."""
