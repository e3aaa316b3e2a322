"""The `queue` output binding: what a function returned, as messages of a storage queue."""

import base64
from collections.abc import Mapping
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from localcloud.host.model import Datum
from localcloud.host.settings import resolve
from localcloud.host.triggers.binding_expressions import resolved
from localcloud.host.triggers.message_texts import messages_of
from localcloud.host.triggers.storage.connection import Connections, connection_of


async def send(
    binding: Mapping[str, Any],
    value: Datum,
    values: Mapping[str, Any],
    connections: Connections,
    settings: Mapping[str, str],
    *,
    base64_text: bool,
) -> str:
    """Sends the messages, to a new queue if there is none of that name; returns the name.

    `values` are those that the binding's expressions may name. Raises UnboundExpressionError, AzureError.
    """
    name = resolved(resolve(str(binding["queueName"]), settings), values).lower()
    queue = connections.queues(connection_of(binding)).get_queue_client(name)
    for message in messages_of(value):
        content = _content(message, base64_text=base64_text)
        try:
            await queue.send_message(content)
        except ResourceNotFoundError:
            await queue.create_queue()
            await queue.send_message(content)
    return name


def _content(message: str | bytes, *, base64_text: bool) -> str:
    if base64_text:
        return base64.b64encode(message.encode() if isinstance(message, str) else message).decode()
    return message if isinstance(message, str) else message.decode()
