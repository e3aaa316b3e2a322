"""Binding expressions: `{name}` in a binding's value, replaced with what the trigger brought.

Names are those of the trigger's metadata, the top-level properties of a JSON object (nested ones with dots), and for
HTTP the route's, query's and body's values, `Query.x` and `Headers.x`. `{rand-guid}`, `{DateTime}` and `{sys.utcnow}`
work everywhere, also with a format: `{DateTime:yyyy-MM-dd}`.
"""

import json
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from localcloud.host.model import Datum, Invocation
from localcloud.host.triggers.expression_formats import formatted

_EXPRESSION = re.compile(r"\{([^{}\s:]+)(?::([^{}]+))?\}")
_PARAMETER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_.\-]*)\}")


class UnboundExpressionError(ValueError):
    """An expression names something that the trigger did not bring."""


def values_of(call: Invocation, now: datetime) -> dict[str, Any]:
    """What expressions can name in the bindings of a call."""
    return {**binding_values(call.inputs, now), **{name: _plain(datum) for name, datum in call.metadata.items()}}


def binding_values(trigger: Mapping[str, Datum], now: datetime) -> dict[str, Any]:
    """What the trigger's own data gives, and the names that are always there."""
    values: dict[str, Any] = {}
    for datum in trigger.values():
        values |= _of_request(datum.value) if datum.type == "http" else _of_object(datum)
    return {"rand-guid": uuid.uuid4(), "DateTime": now, "sys": {"utcnow": now}, **values}


def resolved(text: str, values: Mapping[str, Any]) -> str:
    """The text with every expression replaced. Raises UnboundExpressionError, ValueError for an unknown format."""
    return _EXPRESSION.sub(lambda found: lookup(found.group(1), values, found.group(2)), text)


def parameterised(query: str, values: Mapping[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """A query whose expressions have become parameters; their values are texts. Raises UnboundExpressionError."""
    parameters: dict[str, str] = {}

    def replace(found: re.Match[str]) -> str:
        name = "@" + found.group(1).replace(".", "_").replace("-", "_")
        parameters[name] = lookup(found.group(1), values)
        return name

    text = _PARAMETER.sub(replace, query)
    return text, [{"name": name, "value": value} for name, value in parameters.items()]


def lookup(name: str, values: Mapping[str, Any], form: str | None = None) -> str:
    """The text of a named value; in any case; a format is for times and ids. Raises UnboundExpressionError."""
    found: Any = values
    for part in name.split("."):
        found = _member(found, part)
    if found is None:
        raise UnboundExpressionError(f"No value for named parameter '{name}'.")
    if isinstance(found, datetime | uuid.UUID):
        return formatted(found, form)
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def _member(value: Any, name: str) -> Any:
    if not isinstance(value, Mapping):
        return None
    if name in value:
        return value[name]
    return next((member for key, member in value.items() if key.lower() == name.lower()), None)


def _of_request(request: Mapping[str, Any]) -> dict[str, Any]:
    body = request.get("body")
    values = _of_object(body) if isinstance(body, Datum) else {}
    query, headers = dict(request.get("query") or {}), dict(request.get("headers") or {})
    return {**values, **query, **(request.get("params") or {}), "Query": query, "Headers": headers}


def _plain(datum: Datum) -> Any:
    """The value of a piece of metadata; JSON is read, so that its members can be named."""
    if datum.type != "json":
        return datum.value
    try:
        return json.loads(datum.value)
    except (ValueError, RecursionError):
        return datum.value


def _of_object(datum: Datum) -> dict[str, Any]:
    decode: dict[str | None, Callable[[], Any]] = {
        "string": lambda: json.loads(datum.value),
        "json": lambda: json.loads(datum.value),
        "bytes": lambda: json.loads(bytes(datum.value)),
    }
    try:
        value = decode.get(datum.type, dict)()
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
