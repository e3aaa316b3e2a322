"""Rules as XML descriptions, both ways."""

from http import HTTPStatus
from typing import Any
from xml.etree import ElementTree as ET

from pydantic import ValidationError

from localcloud.servicebus.atom.documents import SERVICE_BUS, XSI, RequestError, add, local_name, moment
from localcloud.servicebus.broker.descriptions import fault_in
from localcloud.servicebus.broker.filters.rules import CorrelationFilter, RuleDefinition

_SCHEMA = "http://www.w3.org/2001/XMLSchema"
_FIELDS = ("CorrelationId", "MessageId", "To", "ReplyTo", "Label", "SessionId", "ReplyToSessionId", "ContentType")
_PYTHON = {"string": str, "int": int, "long": int, "double": float}
_LEVEL = "20"
"""The compatibility level that all clients use."""


def rule_of(description: ET.Element, name: str | None) -> RuleDefinition:
    """The rule of a description; `name` (from the address) wins over the name in it. Raises RequestError."""
    named = name or (description.findtext(f"{SERVICE_BUS}Name") or "").strip()
    found: dict[str, Any] = {"name": named}
    wanted, action = description.find(f"{SERVICE_BUS}Filter"), description.find(f"{SERVICE_BUS}Action")
    if wanted is not None:
        found |= _filter(wanted)
    if action is not None and _kind(action) == "SqlRuleAction":
        _refuse_parameters(action)
        found["action"] = {"sql_expression": action.findtext(f"{SERVICE_BUS}SqlExpression") or ""}
    try:
        return RuleDefinition.model_validate(found)
    except ValidationError as error:
        text = f"The rule {named} is not valid: {fault_in(error)}."
        raise RequestError(HTTPStatus.BAD_REQUEST, text) from error


def described_rule(rule: RuleDefinition) -> ET.Element:
    """The rule as XML."""
    found = ET.Element(f"{SERVICE_BUS}RuleDescription")
    _add_filter(found, rule)
    action = add(found, "Action", "", **{f"{XSI}type": "SqlRuleAction" if rule.action else "EmptyRuleAction"})
    if rule.action is not None:
        add(action, "SqlExpression", rule.action.sql_expression)
        add(action, "CompatibilityLevel", _LEVEL)
        add(action, "Parameters", "")
    add(found, "CreatedAt", moment(rule.created_at))
    add(found, "Name", rule.name)
    return found


def _kind(element: ET.Element) -> str:
    return (element.get(f"{XSI}type") or "").rpartition(":")[2]


def _filter(wanted: ET.Element) -> dict[str, Any]:
    kind = _kind(wanted)
    match kind:
        case "TrueFilter":
            return {"filter_type": kind}
        case "FalseFilter":
            return {"filter_type": kind, "sql_filter": {"sql_expression": "1=0"}}
        case "SqlFilter":
            _refuse_parameters(wanted)
            return {"sql_filter": {"sql_expression": wanted.findtext(f"{SERVICE_BUS}SqlExpression") or ""}}
        case "CorrelationFilter":
            return {"correlation_filter": _correlation(wanted)}
    raise RequestError(HTTPStatus.BAD_REQUEST, f"There is no filter of type {kind or '(none)'}.")


def _correlation(wanted: ET.Element) -> dict[str, Any]:
    found: dict[str, Any] = {"properties": {}}
    for child in wanted:
        name = local_name(child)
        if name == "Properties":
            found["properties"] = dict(_property(pair) for pair in child)
        elif name in _FIELDS and child.text is not None:
            found[name[0].lower() + name[1:]] = child.text
    return found


def _property(pair: ET.Element) -> tuple[str, Any]:
    key, value = pair.findtext(f"{SERVICE_BUS}Key") or "", pair.find(f"{SERVICE_BUS}Value")
    kind, text = ("string", "") if value is None else (_kind(value), value.text or "")
    try:
        return key, text.lower() == "true" if kind == "boolean" else _PYTHON[kind](text)
    except (KeyError, ValueError) as error:
        detail = f"The property {key} of a correlation filter has a value of type {kind}, which is not built or wrong."
        raise RequestError(HTTPStatus.BAD_REQUEST, detail) from error


def _refuse_parameters(element: ET.Element) -> None:
    parameters = element.find(f"{SERVICE_BUS}Parameters")
    if parameters is not None and len(parameters):
        text = "Parameters of SQL filters and actions are not built: write the values into the expression."
        raise RequestError(HTTPStatus.BAD_REQUEST, text)


def _add_filter(parent: ET.Element, rule: RuleDefinition) -> None:
    if rule.correlation_filter is not None:
        _add_correlation(add(parent, "Filter", "", **{f"{XSI}type": "CorrelationFilter"}), rule.correlation_filter)
        return
    is_false = (rule.filter_type or "").lower() == "falsefilter"
    kind = "TrueFilter" if rule.sql_filter is None else "FalseFilter" if is_false else "SqlFilter"
    found = add(parent, "Filter", "", **{f"{XSI}type": kind})
    add(found, "SqlExpression", "1=1" if rule.sql_filter is None else rule.sql_filter.sql_expression)
    add(found, "CompatibilityLevel", _LEVEL)
    add(found, "Parameters", "")


def _add_correlation(found: ET.Element, wanted: CorrelationFilter) -> None:
    values = wanted.model_dump(by_alias=True)
    for name in _FIELDS:
        value = values[name[0].lower() + name[1:]]
        if value is not None:
            add(found, name, value)
    properties = add(found, "Properties", "")
    for key, value in wanted.properties.items():
        pair = add(properties, "KeyValueOfstringanyType", "")
        add(pair, "Key", key)
        kind = _schema_type(value)
        text = str(value).lower() if isinstance(value, bool) else str(value)
        add(pair, "Value", text, **{f"{XSI}type": f"d6p1:{kind}", "xmlns:d6p1": _SCHEMA})


def _schema_type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "int" if -(2**31) <= value < 2**31 else "long"
    return "double" if isinstance(value, float) else "string"
