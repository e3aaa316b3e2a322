"""Faults on demand: errors, dropped connections, delays, duplicates, messages out of order, lost locks."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from localcloud.fault_rules import CountedRule, RuleList
from localcloud.servicebus.amqp.errors import AmqpError

Operation = Literal["attach", "send", "settle"]
LONGEST_DELAY_MS = 600_000


class FaultRule(CountedRule):
    """What happens to which operations. All conditions given must hold; the first matching rule counts.

    `error` is an AMQP condition such as com.microsoft:server-busy; `drop` closes the connection before or after the
    operation took effect; `duplicate` stores what is sent twice; `delayMs` lets the operation wait; `reorderMs` keeps
    the first of the messages of a send back for so long that others overtake it (it is stored at once); `lockLost`
    takes the lock away when the client settles. `count` operations are hit at most, each with `probability`; `entity`
    is the path of a queue, topic or subscription.
    """

    operation: Operation | None = None
    entity: str | None = None
    error: str | None = None
    drop: Literal["before", "after"] | None = None
    duplicate: bool = False
    delay_ms: Annotated[int, Field(ge=0, le=LONGEST_DELAY_MS)] = 0
    reorder_ms: Annotated[int, Field(ge=0, le=LONGEST_DELAY_MS)] = 0
    lock_lost: bool = False

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        only_sends, only_settles = self.duplicate or self.reorder_ms > 0, self.lock_lost
        if self.error is None and self.drop is None and not (only_sends or only_settles or self.delay_ms):
            raise ValueError("a rule needs an error, drop, duplicate, delayMs, reorderMs or lockLost")
        if only_sends and self.operation not in (None, "send"):
            raise ValueError("duplicate and reorderMs are about the operation send")
        if only_settles and self.operation not in (None, "settle"):
            raise ValueError("lockLost is about the operation settle")
        return self

    def concerns(self, operation: Operation) -> bool:
        """Whether the rule does something to such operations."""
        if self.operation is not None:
            return self.operation == operation
        if self.error is not None or self.drop is not None or self.delay_ms:
            return True
        return operation == ("settle" if self.lock_lost else "send")

    @property
    def drop_before(self) -> bool:
        """Whether the connection ends before anything happens."""
        return self.drop == "before"

    @property
    def drop_after(self) -> bool:
        """Whether the connection ends instead of the acknowledgement."""
        return self.drop == "after"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is to happen to one operation."""

    error: AmqpError | None
    drop_before: bool
    drop_after: bool
    duplicates: bool
    delay_ms: int = 0
    reorder_ms: int = 0
    lock_lost: bool = False

    def after_delay(self, action: Callable[[], None]) -> None:
        """Calls `action`, at once or when the delay is over."""
        if self.delay_ms:
            asyncio.get_running_loop().call_later(self.delay_ms / 1000, action)
        else:
            action()


class FaultRules(RuleList[FaultRule]):
    """The rules of one server. `chance` gives numbers from 0 to below 1."""

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        super().__init__(FaultRule, chance)

    def hit(self, operation: Operation, path: str) -> Fault | None:
        """The fault for an operation on an entity, if a rule matches."""
        rule = self.first(lambda rule: rule.concerns(operation) and (rule.entity or path).lower().strip("/") == path)
        if rule is None:
            return None
        return Fault(
            None if rule.error is None else AmqpError(rule.error, f"Injected fault: {rule.error}."),
            rule.drop_before,
            rule.drop_after,
            rule.duplicate,
            rule.delay_ms,
            rule.reorder_ms,
            rule.lock_lost,
        )
