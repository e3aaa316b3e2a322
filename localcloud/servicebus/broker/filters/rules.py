"""Rules: a filter and perhaps an action."""

from collections.abc import Sequence
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from localcloud.servicebus.broker.filters.sql import FilterError, compile_action, compile_filter
from localcloud.servicebus.broker.filters.values import Properties
from localcloud.servicebus.broker.message import Content


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class SqlExpression(_Part):
    """An SQL text."""

    sql_expression: str

    @model_validator(mode="before")
    @classmethod
    def _plain_text(cls, value: Any) -> Any:
        return {"sqlExpression": value} if isinstance(value, str) else value


class CorrelationFilter(_Part):
    """All given properties must be equal, types and case included."""

    message_id: str | None = None
    to: str | None = None
    label: str | None = None
    reply_to: str | None = None
    correlation_id: str | None = None
    content_type: str | None = None
    session_id: str | None = None
    reply_to_session_id: str | None = None
    properties: dict[str, Any] = Field(default={})

    @model_validator(mode="before")
    @classmethod
    def _other_names(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        names = {"subject": "label", "applicationProperties": "properties", "userProperties": "properties"}
        return {names.get(key, key): item for key, item in value.items()}

    def matches(self, properties: Properties) -> bool:
        """Whether the message has all of these."""
        system = self.model_dump(exclude={"properties"}, exclude_none=True)
        return all(properties.system(name.replace("_", "")) == value for name, value in system.items()) and all(
            _is_same(properties.user.get(name), value) for name, value in self.properties.items()
        )


class RuleDefinition(_Part):
    """A rule as declared: one filter (none: everything) and perhaps an action. `created_at`: ms since 1970, or 0."""

    name: str
    filter_type: str | None = None
    sql_filter: SqlExpression | None = None
    correlation_filter: CorrelationFilter | None = None
    action: SqlExpression | None = None
    created_at: int = 0

    @model_validator(mode="after")
    def _is_valid(self) -> Self:
        if self.sql_filter is not None and self.correlation_filter is not None:
            raise ValueError("a rule has either a sqlFilter or a correlationFilter")
        wanted = (self.filter_type or "").lower()
        missing = self.sql_filter if wanted.startswith("sql") else self.correlation_filter
        if wanted.startswith(("sql", "correlation")) and missing is None:
            raise ValueError(f"a rule of filterType {self.filter_type} needs that filter")
        try:
            Rule(self)
        except FilterError as error:
            raise ValueError(str(error)) from None
        return self


class Rule:
    """A rule at work. Raises FilterError for invalid SQL."""

    def __init__(self, definition: RuleDefinition) -> None:
        self.definition = definition
        sql = definition.sql_filter
        self._condition = None if sql is None else compile_filter(sql.sql_expression)
        self.act = None if definition.action is None else compile_action(definition.action.sql_expression)

    def matches(self, properties: Properties) -> bool:
        """Whether the filter lets the message through."""
        if self.definition.correlation_filter is not None:
            return self.definition.correlation_filter.matches(properties)
        return self._condition is None or self._condition(properties) is True


MATCH_ALL = RuleDefinition(name="$Default")


def copies(content: Content, rules: Sequence[Rule]) -> list[Content]:
    """What a subscription with these rules gets: one copy for all plain rules, one for each matching action."""
    properties = Properties.of(content)
    matching = [rule for rule in rules if rule.matches(properties)]
    found = [content] if any(rule.act is None for rule in matching) else []
    for rule in matching:
        if rule.act is not None:
            changed = Properties.of(content)
            rule.act(changed)
            found.append(changed.applied_to(content))
    return found


def _is_same(found: Any, wanted: Any) -> bool:
    return isinstance(found, bool) == isinstance(wanted, bool) and bool(found == wanted)
