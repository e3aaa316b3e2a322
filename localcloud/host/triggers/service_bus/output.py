"""The `serviceBus` output binding: what a function returned, as messages."""

import json
from typing import Any

from azure.servicebus import ServiceBusMessage

from localcloud.host.model import Datum


def messages_of(value: Datum) -> list[ServiceBusMessage]:
    """The messages for a value: a JSON array is one message per element, a JSON object is re-indented, as recorded."""
    if value.type is None:
        return []
    if value.type == "bytes":
        return [ServiceBusMessage(bytes(value.value))]
    text = str(value.value)
    parsed = _json(text)
    if isinstance(parsed, list):
        return [_message(element if isinstance(element, str) else _indented(element)) for element in parsed]
    return [_message(_indented(parsed) if isinstance(parsed, dict) else text)]


def _message(text: str) -> ServiceBusMessage:
    return ServiceBusMessage(text, content_type="text/plain")


def _indented(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
