"""The state of a link, seen from the server."""

from typing import TYPE_CHECKING, Any

from localcloud.servicebus.amqp.endpoint import Delivery, Endpoint
from localcloud.servicebus.amqp.errors import MESSAGE_TOO_LARGE, AmqpError
from localcloud.servicebus.amqp.outcomes import rejected
from localcloud.servicebus.amqp.performatives import Attach, Detach, Flow, Transfer

if TYPE_CHECKING:
    from localcloud.servicebus.amqp.session import Session

RECEIVING_CREDIT = 1000
MAX_MESSAGE_SIZE = 262_144
"""That of the standard tier, in bytes."""


class Link:
    """A link that the client attached. `attach` is what it asked for.

    `from_client`: the client sends on it. Own and client's handle are the same number.
    """

    def __init__(self, session: "Session", attach: Attach) -> None:
        self.session = session
        self.attach = attach
        self.name = attach.name or ""
        self.handle = attach.handle or 0
        self.from_client = not attach.role
        self.credit = 0
        self.is_attached = False
        self.is_gone = False
        self.endpoint = Endpoint()
        self._delivery_count = 0
        self._received = attach.initial_delivery_count or 0
        self._parts: list[bytes] = []
        self._size = 0
        self._first: Transfer | None = None

    def accept(self, endpoint: Endpoint, *, source: Any = None, properties: dict[Any, Any] | None = None) -> None:
        """Answers the attach. `source` replaces the client's; `properties` are the answer's own."""
        if self.is_gone:
            endpoint.on_detached()
            return
        self.endpoint = endpoint
        self.is_attached = True
        self.session.send(
            Attach(
                name=self.name,
                handle=self.handle,
                role=self.from_client,
                snd_settle_mode=self.attach.snd_settle_mode,
                rcv_settle_mode=self.attach.rcv_settle_mode,
                source=self.attach.source if source is None else source,
                target=self.attach.target,
                initial_delivery_count=None if self.from_client else 0,
                max_message_size=MAX_MESSAGE_SIZE,
                properties=properties,
            )
        )
        if self.from_client and not self.session.connection.peer_has_credit_of_its_own:
            self._grant()

    def refuse(self, error: AmqpError) -> None:
        """Answers the attach with empty termini and detaches: so clients see that there never was a link."""
        if self.is_gone:
            return
        count = None if self.from_client else 0
        self.session.send(
            Attach(name=self.name, handle=self.handle, role=self.from_client, initial_delivery_count=count)
        )
        self.detach(error)

    def detach(self, error: AmqpError | None = None) -> None:
        """Detaches from this side and forgets the link. The endpoint is told."""
        if self.is_gone:
            return
        self.session.send(Detach(handle=self.handle, closed=True, error=None if error is None else error.wire()))
        self.session.forget(self)
        self.end()

    def end(self) -> None:
        """Marks the link as gone and tells the endpoint, once."""
        if not self.is_gone:
            self.is_gone = True
            self.is_attached = False
            self.endpoint.on_detached()

    def send_message(self, tag: bytes, payload: bytes, *, settled: bool) -> int:
        """Sends a message and uses one credit; answers the delivery id."""
        self.credit = max(0, self.credit - 1)
        self._delivery_count = (self._delivery_count + 1) & 0xFFFFFFFF
        return self.session.send_message(self, tag, payload, settled=settled)

    def on_flow(self, flow: Flow) -> None:
        """The client's flow for this link."""
        if self.from_client:
            if flow.delivery_count is not None:
                self._received = flow.delivery_count
            if flow.echo:
                self._grant()
            return
        start = 0 if flow.delivery_count is None else flow.delivery_count
        credit = (start + (flow.link_credit or 0) - self._delivery_count) & 0xFFFFFFFF
        self.credit = credit if credit < 0x80000000 else 0
        if not self.is_attached:
            return
        self.endpoint.on_credit()
        if flow.drain and not self.is_gone:
            self._delivery_count = (self._delivery_count + self.credit) & 0xFFFFFFFF
            self.credit = 0
            self.endpoint.on_credit()
        if flow.drain or flow.echo:
            self._tell_flow(self.credit, drain=bool(flow.drain))

    def on_transfer(self, transfer: Transfer, payload: bytes) -> None:
        """A frame of a message; the endpoint gets the message when it is whole."""
        if self._first is None:
            self._first = transfer
        if transfer.aborted:
            self._forget_parts()
            return
        self._size += len(payload)
        if self._size <= MAX_MESSAGE_SIZE:
            self._parts.append(payload)
        if transfer.more:
            return
        first, size, whole = self._first, self._size, b"".join(self._parts)
        self._forget_parts()
        settled = bool(first.settled or transfer.settled)
        delivery = Delivery(self, first.delivery_id or 0, settled, first.message_format or 0, whole)
        self._received = (self._received + 1) & 0xFFFFFFFF
        if self._received % (RECEIVING_CREDIT // 2) == 0:
            self._grant()
        if size > MAX_MESSAGE_SIZE:
            text = f"The message of {size} bytes is larger than the limit of {MAX_MESSAGE_SIZE} bytes."
            delivery.settle(rejected(AmqpError(MESSAGE_TOO_LARGE, text)))
        else:
            self.endpoint.on_transfer(delivery)

    def _forget_parts(self) -> None:
        self._first, self._parts, self._size = None, [], 0

    def _grant(self) -> None:
        self._tell_flow(RECEIVING_CREDIT, count=self._received)

    def _tell_flow(self, credit: int, *, count: int | None = None, drain: bool = False) -> None:
        flow = self.session.flow()
        flow.handle = self.handle
        flow.delivery_count = self._delivery_count if count is None else count
        flow.link_credit = credit
        flow.drain = drain
        self.session.send(flow)
