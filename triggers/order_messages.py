"""Queue `orders`: work that other systems ask for, with the rules of the HTTP API."""

import azure.durable_functions as df
import azure.functions as func

from api.order_messages import OrderMessages
from shared.messaging.consuming import consume
from shared.messaging.entities import QUEUE
from shared.services import services
from triggers.messages import incoming

blueprint = df.Blueprint()


@blueprint.service_bus_queue_trigger(arg_name="message", connection="ServiceBus", queue_name=QUEUE)
@blueprint.durable_client_input(client_name="client")
async def take_order_messages(message: func.ServiceBusMessage, client: df.DurableOrchestrationClient) -> None:
    """Does what the message asks for: `process_order` or `create_order`."""
    received, parts = incoming(QUEUE, message), services()
    messages = OrderMessages(parts, client)

    async def work() -> None:
        await messages.take(received)

    await consume(received, work, parts.message_records)
