"""The settings of entities, in the words of the resources description and of the official emulator's Config.json."""

from typing import Annotated, Any

import isodate
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

LONGEST_MS = 100 * 365 * 86_400_000


def _milliseconds(value: Any) -> Any:
    """An ISO 8601 duration such as PT1M as milliseconds; None stays None."""
    if not isinstance(value, str):
        return value
    try:
        return int(isodate.parse_duration(value).total_seconds() * 1000)
    except (isodate.ISO8601Error, AttributeError, OverflowError) as error:
        raise ValueError("must be an ISO 8601 duration such as PT1M") from error


def _limited(value: Any) -> Any:
    """Azure's 'never' (P10675199DT2H48M5.4775807S) is no limit at all."""
    ms = _milliseconds(value)
    return None if isinstance(ms, int) and ms >= LONGEST_MS else ms


Milliseconds = Annotated[int, BeforeValidator(_milliseconds), Field(gt=0)]
Lifetime = Annotated[int | None, BeforeValidator(_limited)]


class _Options(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class QueueOptions(_Options):
    """Settings of a queue or subscription. Times are milliseconds; the defaults are Azure's."""

    lock_duration: Milliseconds = 60_000
    max_delivery_count: Annotated[int, Field(ge=1)] = 10
    default_message_time_to_live: Lifetime = None
    requires_session: bool = False
    requires_duplicate_detection: bool = False
    duplicate_detection_history_time_window: Milliseconds = 600_000
    dead_lettering_on_message_expiration: bool = False
    dead_lettering_on_filter_evaluation_exceptions: bool = True
    forward_to: str | None = None
    forward_dead_lettered_messages_to: str | None = None


class TopicOptions(_Options):
    """Settings of a topic."""

    default_message_time_to_live: Lifetime = None
    requires_duplicate_detection: bool = False
    duplicate_detection_history_time_window: Milliseconds = 600_000
