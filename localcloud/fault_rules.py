"""Fault injection as all stand-ins have it: a list of rules, each with a count and a probability."""

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel


class FaultRuleError(Exception):
    """The description of a fault can't be used; the text names the field."""


class CountedRule(BaseModel):
    """`count` operations are hit at most (None: all), each with `probability`. In JSON the names are camelCase."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    count: Annotated[int, Field(ge=1)] | None = None
    probability: Annotated[float, Field(gt=0, le=1)] = 1.0


Rule = TypeVar("Rule", bound=CountedRule)


@dataclass(slots=True)
class _Active(Generic[Rule]):
    id: int
    rule: Rule
    hits: int = 0

    @property
    def is_used_up(self) -> bool:
        return self.rule.count is not None and self.hits >= self.rule.count

    def document(self) -> dict[str, Any]:
        return {"id": self.id, "hits": self.hits, **self.rule.model_dump(by_alias=True, exclude_defaults=True)}


class RuleList(Generic[Rule]):
    """The rules of one server, in the order in which they were added. `chance` gives numbers from 0 to below 1."""

    def __init__(self, kind: type[Rule], chance: Callable[[], float] = random.random) -> None:
        self._kind, self._chance = kind, chance
        self._ids = itertools.count(1)
        self._active: list[_Active[Rule]] = []

    def add(self, description: Any) -> dict[str, Any]:
        """Adds a rule after the others and answers it with its id. Raises FaultRuleError."""
        try:
            rule = self._kind.model_validate(description)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "the rule"
            raise FaultRuleError(f"The fault rule is wrong at {place}: {first['msg']}.") from error
        active = _Active(next(self._ids), rule)
        self._active.append(active)
        return active.document()

    def list(self) -> list[dict[str, Any]]:
        """All rules with how many operations they have hit, used-up ones included."""
        return [active.document() for active in self._active]

    def clear(self, rule_id: int | None = None) -> int:
        """Removes one rule, or all; answers how many."""
        before = len(self._active)
        self._active = [active for active in self._active if rule_id is not None and active.id != rule_id]
        return before - len(self._active)

    def first(self, matches: Callable[[Rule], bool]) -> Rule | None:
        """The first rule that matches and whose dice fall so; counts the hit."""
        for active in self._active:
            if active.is_used_up or not matches(active.rule):
                continue
            if active.rule.probability < 1 and self._chance() >= active.rule.probability:
                continue
            active.hits += 1
            return active.rule
        return None
