"""What a function gets from a queue: the body as input, the message's properties as trigger metadata."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from azure.storage.queue import QueueMessage

from localcloud.host.model import Datum
from localcloud.host.triggers.message_texts import binding_datum, indented, parsed_json


def body_of(content: str, *, base64_text: bool) -> bytes:
    """The bytes that a message carries. Raises ValueError when it isn't the base64 that host.json promises."""
    if not base64_text:
        return content.encode()
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(
            f"it is not base64 ({error}); send it so, or set extensions.queues.messageEncoding to none in host.json"
        ) from error


def payload(message: QueueMessage, body: bytes, *, binary: bool) -> tuple[Datum, dict[str, Datum]]:
    """Input and metadata. A JSON object is re-indented, and its properties take the place of metadata, as recorded.

    `binary` is the binding's dataType; without it, what isn't UTF-8 gets replacement characters.
    """
    text = body.decode("utf-8", "replace")
    parsed = parsed_json(text)
    shown = indented(parsed) if isinstance(parsed, dict) else text
    metadata = {
        "Id": Datum("string", message.id),
        "PopReceipt": Datum("string", str(message.pop_receipt)),
        "QueueTrigger": Datum("string", shown),
        "DequeueCount": Datum("json", str(message.dequeue_count)),
        "InsertionTime": _time(message.inserted_on),
        "ExpirationTime": _time(message.expires_on),
        "NextVisibleTime": _time(message.next_visible_on),
    }
    if isinstance(parsed, dict):
        _overwrite(metadata, parsed)
    return Datum("bytes", body) if binary else Datum("string", shown), metadata


def _overwrite(metadata: dict[str, Datum], properties: dict[str, Any]) -> None:
    """Top-level properties over what is there, names in any case; arrays and nulls are left out."""
    known = {name.lower(): name for name in metadata}
    for name, value in properties.items():
        if (datum := binding_datum(value)) is not None:
            metadata[known.setdefault(name.lower(), name)] = datum


def _time(moment: datetime | None) -> Datum:
    return Datum("json", json.dumps(moment.replace(microsecond=0).isoformat() if moment else None))
