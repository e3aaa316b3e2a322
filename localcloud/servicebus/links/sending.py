"""A client's sender: messages into a queue or topic."""

from localcloud.servicebus.amqp import sections
from localcloud.servicebus.amqp.endpoint import Delivery, Endpoint
from localcloud.servicebus.amqp.errors import DECODE_ERROR, AmqpError
from localcloud.servicebus.amqp.outcomes import ACCEPTED, rejected
from localcloud.servicebus.amqp.types import DecodeError
from localcloud.servicebus.broker.broker import FULL, Broker
from localcloud.servicebus.broker.entity import Entity
from localcloud.servicebus.broker.message import Content
from localcloud.servicebus.faults import Fault, FaultRules

BATCH_FORMAT = 0x80013700
"""Message format of a batch: every data section is a whole message."""


class SenderEndpoint(Endpoint):
    """Accepts each transfer once it is on disk."""

    def __init__(self, broker: Broker, entity: Entity, faults: FaultRules) -> None:
        self._broker, self._entity, self._faults = broker, entity, faults

    def on_transfer(self, delivery: Delivery) -> None:
        """A message or a batch of them."""
        fault = self._faults.hit("send", self._entity.path)
        if fault is None:
            self._take(delivery, None)
        else:
            fault.after_delay(lambda: self._take(delivery, fault))

    def _take(self, delivery: Delivery, fault: Fault | None) -> None:
        if fault is not None and fault.drop_before:
            delivery.link.session.connection.end()
            return
        if fault is not None and fault.error is not None:
            delivery.settle(rejected(fault.error))
            return
        try:
            contents = contents_of(delivery)
            if fault is not None and fault.reorder_ms:
                self._entity.send([contents[0].held_until(self._broker.now_ms() + fault.reorder_ms), *contents[1:]])
            else:
                self._entity.send(contents)
            if fault is not None and fault.duplicates:
                self._entity.send(contents)
        except AmqpError as error:
            delivery.settle(rejected(error))
            return

        def accepted() -> None:
            if fault is not None and fault.drop_after:
                delivery.link.session.connection.end()
            else:
                delivery.settle(ACCEPTED)

        self._broker.journal.acknowledge(accepted, lambda: delivery.settle(rejected(FULL)))


def contents_of(delivery: Delivery) -> list[Content]:
    """The message, or those of a batch. Raises AmqpError."""
    if delivery.message_format != BATCH_FORMAT:
        return [Content.parsed(delivery.payload)]
    try:
        return [Content.parsed(member) for member in sections.data_sections(delivery.payload)]
    except DecodeError as error:
        raise AmqpError(DECODE_ERROR, f"The batch can't be decoded: {error}") from error
