"""Who listens to the shop's events: the read models, and the mails to customers."""

import azure.durable_functions as df
import azure.functions as func

from shared.messaging.consuming import consume
from shared.messaging.entities import NOTIFICATIONS, TOPIC, VIEWS
from shared.services import services
from triggers.messages import event_of, incoming

blueprint = df.Blueprint()


@blueprint.service_bus_topic_trigger(
    arg_name="message",
    connection="ServiceBus",
    topic_name=TOPIC,
    subscription_name=VIEWS,
    is_sessions_enabled=True,
)
async def update_views(message: func.ServiceBusMessage) -> None:
    """Brings the read models up to an event. Sessions keep each order's and each product's events in order."""
    received, parts = incoming(f"{TOPIC}/{VIEWS}", message), services()

    async def work() -> None:
        await parts.projector.apply(event_of(received))

    await consume(received, work, parts.message_records)


@blueprint.service_bus_topic_trigger(
    arg_name="message", connection="ServiceBus", topic_name=TOPIC, subscription_name=NOTIFICATIONS
)
async def send_notifications(message: func.ServiceBusMessage) -> None:
    """Mails a customer that their order is confirmed. The subscription's rule lets nothing else through."""
    received, parts = incoming(f"{TOPIC}/{NOTIFICATIONS}", message), services()

    async def work() -> None:
        await parts.confirmations.send(event_of(received))

    await consume(received, work, parts.message_records)
