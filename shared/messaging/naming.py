"""How a message is known: in the records of its errors and its history, and to operators."""

import hashlib
from collections.abc import Mapping
from typing import Any

from shared.messaging.entities import REPLAY_OF


def known_as(message_id: Any, properties: Mapping[Any, Any], body: bytes) -> str:
    """The id of the message, or of the first one when it is a replay.

    Other programs may send messages without an id: those are known by what is in them. Ids that aren't texts become
    texts as the Functions host makes them; the body counts as the text that the host makes of it.
    """
    first = properties.get(REPLAY_OF) or message_id
    if first is None or first == "":
        text = body.decode("utf-8", "replace").encode()
        return f"content-{hashlib.sha256(text).hexdigest()[:32]}"
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
