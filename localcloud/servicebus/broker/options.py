"""The settings of entities, in the words of the resources description and of the official emulator's Config.json."""

from typing import Annotated, Any, Literal

import isodate
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

LONGEST_MS = 100 * 365 * 86_400_000
_MINUTE = 60_000
_DAY = 86_400_000


def _milliseconds(value: Any) -> Any:
    """An ISO 8601 duration such as PT1M as milliseconds; None stays None."""
    if not isinstance(value, str):
        return value
    try:
        return int(isodate.parse_duration(value).total_seconds() * 1000)
    except (isodate.ISO8601Error, AttributeError, OverflowError) as error:
        raise ValueError("must be an ISO 8601 duration such as PT1M") from error


def _limited(value: Any) -> Any:
    """Azure's 'never' (P10675199DT2H48M5.4775807S) is no limit at all; an empty duration is none either."""
    ms = _milliseconds(value or None)
    return None if isinstance(ms, int) and ms >= LONGEST_MS else ms


Milliseconds = Annotated[int, BeforeValidator(_milliseconds), Field(gt=0)]
Lifetime = Annotated[Annotated[int, Field(gt=0)] | None, BeforeValidator(_limited)]
Idle = Annotated[Annotated[int, Field(ge=5 * _MINUTE)] | None, BeforeValidator(_limited)]
Destination = Annotated[str | None, BeforeValidator(lambda value: value or None)]
Status = Literal["Active", "Disabled", "SendDisabled", "ReceiveDisabled"]


class Options(BaseModel):
    """Settings that are checked: an unknown one is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class _EntityOptions(Options):
    """What all entities have. `created_at` and `updated_at` are milliseconds since 1970, set by the broker.

    `auto_delete_on_idle`, sizes and the `enable…` settings are kept and shown, and change nothing here.
    """

    default_message_time_to_live: Lifetime = None
    status: Status = "Active"
    user_metadata: Annotated[str | None, Field(max_length=1024)] = None
    auto_delete_on_idle: Idle = None
    enable_batched_operations: bool = True
    created_at: int = 0
    updated_at: int = 0


class QueueOptions(_EntityOptions):
    """Settings of a queue or subscription. Times are milliseconds; the defaults are Azure's, and so are the limits."""

    lock_duration: Annotated[Milliseconds, Field(le=5 * _MINUTE)] = _MINUTE
    max_delivery_count: Annotated[int, Field(ge=1, le=2000)] = 10
    requires_session: bool = False
    requires_duplicate_detection: bool = False
    duplicate_detection_history_time_window: Annotated[Milliseconds, Field(ge=20_000, le=7 * _DAY)] = 10 * _MINUTE
    dead_lettering_on_message_expiration: bool = False
    dead_lettering_on_filter_evaluation_exceptions: bool = True
    forward_to: Destination = None
    forward_dead_lettered_messages_to: Destination = None
    max_size_in_megabytes: int = 1024
    max_message_size_in_kilobytes: int | None = None
    enable_partitioning: bool = False
    enable_express: bool = False


class TopicOptions(_EntityOptions):
    """Settings of a topic."""

    requires_duplicate_detection: bool = False
    duplicate_detection_history_time_window: Annotated[Milliseconds, Field(ge=20_000, le=7 * _DAY)] = 10 * _MINUTE
    max_size_in_megabytes: int = 1024
    max_message_size_in_kilobytes: int | None = None
    enable_partitioning: bool = False
    enable_express: bool = False
    support_ordering: bool = True
