"""Faults on demand: error answers, delays, dropped connections, for the requests that a rule matches."""

import asyncio
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from localcloud.cosmos.errors import CosmosError
from localcloud.cosmos.partition_key import canonical, key_from_header
from localcloud.fault_rules import CountedRule, RuleList

Operation = Literal[
    "read", "create", "upsert", "replace", "patch", "delete", "batch", "query", "feed", "deletePartition", "metadata"
]
THROTTLED_SUBSTATUS = 3200
_MESSAGES = {
    408: "Request timed out.",
    410: "The requested resource is no longer available at the server.",
    429: "Request rate is large. More Request Units may be needed, so no changes were made. Please retry this request "
    "later. Learn more: http://aka.ms/cosmosdb-error-429",
    449: "Conflicting request to resource has been attempted. Retry to avoid conflicts.",
    500: "An unknown error occurred while processing this request.",
    503: "Service is currently unavailable. Please retry after a while.",
}


class FaultRule(CountedRule):
    """What happens to which requests. All conditions that are given must hold; the first matching rule counts.

    `retryAfterMs` and `delayMs` in milliseconds; `drop` closes the connection before or after the request took effect;
    `count` requests are hit at most (None: all), each with `probability`; `path` is a regular expression that is
    searched in the unquoted path; `partitionKey` is the plain value. In JSON the names are camelCase.
    """

    status: Annotated[int, Field(ge=400, le=599)] | None = None
    substatus: Annotated[int, Field(ge=0)] | None = None
    retry_after_ms: Annotated[int, Field(ge=0)] | None = None
    delay_ms: Annotated[int, Field(ge=0, le=600_000)] = 0
    drop: Literal["before", "after"] | None = None
    method: str | None = None
    operation: Operation | None = None
    container: str | None = None
    path: str | None = None
    partition_key: str | float | bool | None = None

    @field_validator("path")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except (re.error, RecursionError) as error:
            raise ValueError(f"is not a regular expression: {error}") from None
        return value

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        if self.status is None and self.drop is None and not self.delay_ms:
            raise ValueError("a rule needs a status, a drop or a delayMs")
        if self.status is not None and self.drop is not None:
            raise ValueError("a rule has either a status or a drop")
        if self.status is None and (self.substatus is not None or self.retry_after_ms is not None):
            raise ValueError("substatus and retryAfterMs need a status")
        return self

    def matches(self, method: str, path: str, operation: str, container: str | None, partition_key: str | None) -> bool:
        """Whether the rule is about this request; `partition_key` is the header's text."""
        conditions = (
            self.method is None or self.method.upper() == method.upper(),
            self.operation in (None, operation),
            self.container in (None, container),
            self.path is None or re.search(self.path, path) is not None,
            self.partition_key is None or _is_key(self.partition_key, partition_key),
        )
        return all(conditions)

    @property
    def error(self) -> CosmosError | None:
        """The answer that the rule gives, if any."""
        if self.status is None:
            return None
        default = THROTTLED_SUBSTATUS if self.status == 429 else 0
        headers = {} if self.retry_after_ms is None else {"x-ms-retry-after-ms": str(self.retry_after_ms)}
        return CosmosError(
            self.status,
            _MESSAGES.get(self.status, f"Injected fault: {self.status}."),
            substatus=default if self.substatus is None else self.substatus,
            headers=headers,
        )


@dataclass(frozen=True)
class Fault:
    """What is to happen to one request: an error answer, or the connection dropped before or after it took effect."""

    error: CosmosError | None = None
    drop: Literal["before", "after"] | None = None


class FaultRules(RuleList[FaultRule]):
    """The rules of one server. `chance` gives numbers from 0 to below 1."""

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        super().__init__(FaultRule, chance)

    async def intercept(
        self, method: str, path: str, operation: str, container: str | None, partition_key: str | None
    ) -> Fault | None:
        """The fault for a request, after its delay; None when no rule matches or it only delays."""
        rule = self.first(lambda rule: rule.matches(method, path, operation, container, partition_key))
        if rule is None:
            return None
        if rule.delay_ms:
            await asyncio.sleep(rule.delay_ms / 1000)
        error = rule.error
        return Fault(error, rule.drop) if error is not None or rule.drop is not None else None


def _is_key(wanted: str | float | bool, header: str | None) -> bool:
    if header is None:
        return False
    try:
        return canonical(key_from_header(header)) == canonical(wanted)
    except CosmosError:  # the handler refuses a malformed key in its own words
        return False
