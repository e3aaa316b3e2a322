"""The `serviceBus` output binding: what a function returned, as messages."""

from azure.servicebus import ServiceBusMessage

from localcloud.host.model import Datum
from localcloud.host.triggers import message_texts

PARENT = "$AzureWebJobsParentId"
"""Application property: the invocation that sent the message."""


def messages_of(value: Datum, invocation_id: str) -> list[ServiceBusMessage]:
    """The messages for a value: a JSON array is one message per element, a JSON object is re-indented, as recorded."""
    return [_message(content, invocation_id) for content in message_texts.messages_of(value)]


def _message(content: str | bytes, invocation_id: str) -> ServiceBusMessage:
    content_type = "text/plain" if isinstance(content, str) else None
    message = ServiceBusMessage(content, content_type=content_type, application_properties={PARENT: invocation_id})
    message.message_id = None  # the SDK makes one up; the real host sends none
    return message
