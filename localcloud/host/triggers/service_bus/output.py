"""The `serviceBus` output binding: what a function returned, as messages."""

from azure.servicebus import ServiceBusMessage

from localcloud.host.model import Datum
from localcloud.host.triggers import message_texts


def messages_of(value: Datum) -> list[ServiceBusMessage]:
    """The messages for a value: a JSON array is one message per element, a JSON object is re-indented, as recorded."""
    return [_message(content) for content in message_texts.messages_of(value)]


def _message(content: str | bytes) -> ServiceBusMessage:
    return ServiceBusMessage(content, content_type="text/plain" if isinstance(content, str) else None)
