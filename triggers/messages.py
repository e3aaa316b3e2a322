"""A Service Bus message as the worker hands it over, as the shop's consumers take it."""

import azure.functions as func

from shared.events.event import Event, MalformedEventError
from shared.messaging.consuming import Incoming, RefusedMessageError, json_body


def incoming(source: str, message: func.ServiceBusMessage) -> Incoming:
    """The message of a trigger. Which of the two names the properties have depends on the host's extension."""
    properties = message.application_properties or message.user_properties or {}
    return Incoming(
        source=source,
        body=message.get_body(),
        message_id=message.message_id,
        delivery_count=message.delivery_count or 1,
        properties=properties,
    )


def event_of(message: Incoming) -> Event:
    """The event that a message of the topic carries. Raises RefusedMessageError."""
    try:
        return Event.from_cloud_event(json_body(message))
    except MalformedEventError as error:
        raise RefusedMessageError(f"The message isn't one of the shop's events: {error}.") from error
