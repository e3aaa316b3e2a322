"""Rules over `$management` (Microsoft: "AMQP request-response-based operations", rule operations).

The descriptor codes are those of Microsoft's .NET clients; some of them have 15 hexadecimal digits there.
"""

from typing import Any

from pydantic import ValidationError

from localcloud.servicebus.amqp.errors import ARGUMENT_ERROR, ENTITY_EXISTS, NOT_FOUND, AmqpError
from localcloud.servicebus.amqp.types import Described, Int, Timestamp, Ulong
from localcloud.servicebus.broker.descriptions import EntityExistsError, EntityMissingError, fault_in
from localcloud.servicebus.broker.entity import Entity
from localcloud.servicebus.broker.filters.rules import CorrelationFilter, RuleDefinition

RULE = Ulong(0x13700000004)
EMPTY_ACTION = Ulong(0x13700000005)
SQL_ACTION = Ulong(0x13700000006)
SQL_FILTER = Ulong(0x1370000006)
TRUE_FILTER = Ulong(0x1370000007)
FALSE_FILTER = Ulong(0x1370000008)
CORRELATION_FILTER = Ulong(0x1370000009)
COMPATIBILITY_LEVEL = Int(20)
_FIELDS = (
    "correlation_id",
    "message_id",
    "to",
    "reply_to",
    "label",
    "session_id",
    "reply_to_session_id",
    "content_type",
)
"""Those of a correlation filter, in wire order; its properties follow."""

Body = dict[str, Any]


def add_rule(entity: Entity, body: Body) -> None:
    """A new rule. Raises AmqpError."""
    try:
        rule = _rule(str(body["rule-name"]), body["rule-description"])
        entity.broker.definitions.add_rule(entity, rule)
    except ValidationError as error:
        text = f"The rule is not valid: {fault_in(error)}."
        raise AmqpError(ARGUMENT_ERROR, text) from error
    except EntityExistsError as error:
        raise AmqpError(ENTITY_EXISTS, str(error)) from error
    except EntityMissingError as error:
        raise AmqpError(NOT_FOUND, str(error)) from error


def remove_rule(entity: Entity, body: Body) -> None:
    """One rule less. Raises AmqpError."""
    try:
        entity.broker.definitions.remove_rule(entity, str(body["rule-name"]))
    except EntityMissingError as error:
        raise AmqpError(NOT_FOUND, str(error)) from error


def enumerate_rules(entity: Entity, body: Body) -> Body:
    """The rules, `top` of them after the first `skip`. Raises AmqpError."""
    skip, top = int(body.get("skip") or 0), int(body.get("top") or 100)
    try:
        rules = list(entity.broker.definitions.subscription_of(entity).rules.values())[skip : skip + top]
    except EntityMissingError as error:
        raise AmqpError(NOT_FOUND, str(error)) from error
    return {"rules": [{"rule-description": described(rule.definition)} for rule in rules]} if rules else {}


def described(rule: RuleDefinition) -> Described:
    """A rule as the service lists it."""
    action = Described(EMPTY_ACTION, [])
    if rule.action is not None:
        action = Described(SQL_ACTION, [rule.action.sql_expression, COMPATIBILITY_LEVEL])
    return Described(RULE, [_described_filter(rule), action, rule.name, Timestamp(rule.created_at)])


def _described_filter(rule: RuleDefinition) -> Described:
    if rule.correlation_filter is not None:
        wanted = rule.correlation_filter
        fields = [getattr(wanted, name) for name in _FIELDS]
        return Described(CORRELATION_FILTER, [*fields, wanted.properties])
    if rule.sql_filter is None:
        return Described(TRUE_FILTER, [])
    if (rule.filter_type or "").lower() == "falsefilter":
        return Described(FALSE_FILTER, [])
    return Described(SQL_FILTER, [rule.sql_filter.sql_expression, COMPATIBILITY_LEVEL])


def _rule(name: str, description: Any) -> RuleDefinition:
    """The rule of a request. Raises ValidationError, KeyError, TypeError."""
    if not isinstance(description, dict):
        raise TypeError("rule-description")
    given = {str(key): value for key, value in description.items()}
    wanted: Body = {"name": name}
    sql, correlation, action = given.get("sql-filter"), given.get("correlation-filter"), given.get("sql-rule-action")
    if sql is not None:
        wanted["sql_filter"] = {"sql_expression": sql["expression"]}
    if correlation is not None:
        wanted["correlation_filter"] = _correlation(correlation)
    if action is not None:
        wanted["action"] = {"sql_expression": action["expression"]}
    if given.get("false-filter") is not None:
        wanted |= {"filter_type": "FalseFilter", "sql_filter": {"sql_expression": "1=0"}}
    return RuleDefinition.model_validate(wanted)


def _correlation(given: Any) -> CorrelationFilter:
    fields = {str(key).replace("-", "_"): value for key, value in given.items() if value is not None}
    properties = fields.pop("properties", {})
    return CorrelationFilter(
        **{key: None if value is None else str(value) for key, value in fields.items()},
        properties={str(key): _plain(value) for key, value in properties.items()},
    )


def _plain(value: Any) -> str | float | bool:
    """A property's value without its AMQP type, as it is compared and stored. Raises TypeError."""
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    raise TypeError(f"a correlation filter can't compare {type(value).__name__}")
