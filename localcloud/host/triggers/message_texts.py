"""Messages from what a function returned: the rules that the queue and Service Bus outputs of the real host share."""

import json
from typing import Any

from localcloud.host.model import Datum


def messages_of(value: Datum) -> list[str | bytes]:
    """One message for each element of a JSON array, otherwise one; JSON objects are re-indented. None gives nothing."""
    if value.type is None:
        return []
    if value.type == "bytes":
        return [bytes(value.value)]
    text = str(value.value)
    parsed = parsed_json(text)
    if isinstance(parsed, list):
        return [element if isinstance(element, str) else indented(element) for element in parsed]
    return [indented(parsed) if isinstance(parsed, dict) else text]


def indented(value: Any) -> str:
    """JSON as the host writes it anew."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def compact(value: Any) -> str:
    """JSON as the host writes metadata; what JSON lacks becomes text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def binding_datum(value: Any) -> Datum | None:
    """A top-level property of a JSON message as trigger metadata, for binding expressions; None: it is left out."""
    if value is None or isinstance(value, list):
        return None
    if isinstance(value, dict):
        return Datum("json", compact(value))
    if isinstance(value, bool):
        return Datum("string", str(value))
    return Datum("string", value if isinstance(value, str) else json.dumps(value))


def parsed_json(text: str | bytes) -> Any:
    """The value of a JSON text; None for anything else."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
