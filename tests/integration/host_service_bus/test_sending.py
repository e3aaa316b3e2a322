"""Messages that functions send: their form, and batches no larger than the namespace allows."""

import json

from localcloud.host.model import Datum
from localcloud.host.triggers.service_bus.output import messages_of
from localcloud.host.triggers.service_bus.senders import Senders
from localcloud.servicebus.server import ServiceBusServer


def test_a_message_names_the_invocation_and_has_no_id() -> None:
    [message] = messages_of(Datum("string", "plain"), "call-1")
    assert message.application_properties == {"$AzureWebJobsParentId": "call-1"}
    assert (message.content_type, message.message_id) == ("text/plain", None)


async def test_more_than_one_batch_holds_is_sent_in_several(broker: ServiceBusServer) -> None:
    senders = Senders({"ServiceBus": broker.connection_string})
    try:
        many = messages_of(Datum("json", json.dumps(["x" * 1000] * 300)), "call-1")
        await senders.send({"queueName": "copies"}, many)
    finally:
        await senders.close()
    queue = broker.broker.find("copies")
    assert queue is not None
    assert len(queue.messages) == 300
