"""The state of a session: windows, links, deliveries (specification, part 2.5)."""

from collections import deque
from typing import TYPE_CHECKING, Any

from localcloud.servicebus.amqp.errors import (
    FRAMING_ERROR,
    HANDLE_IN_USE,
    INTERNAL_ERROR,
    NOT_IMPLEMENTED,
    UNATTACHED_HANDLE,
    AmqpError,
    ConnectionFailure,
)
from localcloud.servicebus.amqp.link import Link
from localcloud.servicebus.amqp.outcomes import is_transactional, outcome_of
from localcloud.servicebus.amqp.performatives import (
    Attach,
    Begin,
    Detach,
    Disposition,
    End,
    Flow,
    Performative,
    Transfer,
)
from localcloud.servicebus.amqp.types import DecodeError

if TYPE_CHECKING:
    from localcloud.servicebus.amqp.connection import Connection

FIRST_ID = 1 << 30
"""Of deliveries from here. Far from the client's own: the Python SDK confuses the two when they are equal."""
WINDOW = 65_536
HANDLE_MAX = 255


class Session:
    """A session that the client began, on the same channel number both ways."""

    def __init__(self, connection: "Connection", channel: int, begin: Begin) -> None:
        self.connection = connection
        self.channel = channel
        self.links: dict[int, Link] = {}
        self._unsettled: dict[int, tuple[Link, bytes]] = {}
        self._next_delivery = self._next_outgoing = FIRST_ID
        self._next_incoming = begin.next_outgoing_id or 0
        self._window = WINDOW
        self._peer_window = begin.incoming_window or 0
        self._waiting: deque[tuple[Transfer, bytes]] = deque()
        self.send(
            Begin(
                remote_channel=channel,
                next_outgoing_id=FIRST_ID,
                incoming_window=WINDOW,
                outgoing_window=WINDOW,
                handle_max=HANDLE_MAX,
            )
        )

    def send(self, performative: Performative) -> None:
        """Sends a frame on this session."""
        self.connection.send(self.channel, performative)

    def flow(self) -> Flow:
        """A flow with this session's windows; the caller may add a link."""
        return Flow(
            next_incoming_id=self._next_incoming,
            incoming_window=self._window,
            next_outgoing_id=self._next_outgoing,
            outgoing_window=WINDOW,
        )

    def receive(self, performative: Performative, payload: bytes) -> None:
        """Handles a frame of this session. Raises ConnectionFailure."""
        match performative:
            case Transfer():
                self._on_transfer(performative, payload)
            case Disposition():
                self._on_disposition(performative)
            case Flow():
                self._on_flow(performative)
            case Attach():
                self._on_attach(performative)
            case Detach():
                self._on_detach(performative)
            case _:
                raise ConnectionFailure(FRAMING_ERROR, f"{type(performative).__name__} was not expected here.")

    def forget(self, link: Link) -> None:
        """Drops a detached link and what was on its way to it."""
        if self.links.get(link.handle) is link:
            del self.links[link.handle]
        for delivery_id in [key for key, (of, _) in self._unsettled.items() if of is link]:
            del self._unsettled[delivery_id]
        self._waiting = deque(item for item in self._waiting if item[0].handle != link.handle)

    def end(self) -> None:
        """Ends all links: the session or its connection is gone."""
        links, self.links = list(self.links.values()), {}
        self._unsettled.clear()
        self._waiting.clear()
        for link in links:
            link.end()

    def settle_received(self, delivery_id: int, state: Any) -> None:
        """Tells the client the outcome of what it sent: one disposition each, since coalesced ones slow the SDK."""
        self.send(Disposition(role=True, first=delivery_id, last=delivery_id, settled=True, state=state))

    def settle_sent(self, delivery_id: int, state: Any) -> None:
        """Echoes the outcome of what was sent to the client."""
        self._unsettled.pop(delivery_id, None)
        self.send(Disposition(role=False, first=delivery_id, last=delivery_id, settled=True, state=state))

    def send_message(self, link: Link, tag: bytes, payload: bytes, *, settled: bool) -> int:
        """Sends a message in as many frames as it needs; waits for the client's window where it must."""
        delivery_id = self._next_delivery
        self._next_delivery = (delivery_id + 1) & 0xFFFFFFFF
        if not settled:
            self._unsettled[delivery_id] = (link, tag)
        room = self.connection.peer_max_frame - 64
        for start in range(0, len(payload), room):
            more = start + room < len(payload)
            transfer = Transfer(link.handle, delivery_id, tag, 0, settled, more)
            self._waiting.append((transfer, payload[start : start + room]))
        self._drain()
        return delivery_id

    def _drain(self) -> None:
        while self._waiting and self._peer_window > 0:
            transfer, part = self._waiting.popleft()
            self._peer_window -= 1
            self._next_outgoing = (self._next_outgoing + 1) & 0xFFFFFFFF
            self.connection.send(self.channel, transfer, part)

    def _on_flow(self, flow: Flow) -> None:
        seen = FIRST_ID if flow.next_incoming_id is None else flow.next_incoming_id
        self._peer_window = max(0, seen + (flow.incoming_window or 0) - self._next_outgoing)
        self._drain()
        if flow.handle is not None:
            link = self.links.get(flow.handle)
            if link is not None:
                link.on_flow(flow)
        elif flow.echo:
            self.send(self.flow())

    def _on_transfer(self, transfer: Transfer, payload: bytes) -> None:
        self._next_incoming = (self._next_incoming + 1) & 0xFFFFFFFF
        self._window -= 1
        if self._window < WINDOW // 2:
            self._window = WINDOW
            self.send(self.flow())
        link = self.links.get(transfer.handle if transfer.handle is not None else -1)
        if link is None:
            self._fail(AmqpError(UNATTACHED_HANDLE, f"No link is attached to handle {transfer.handle}."))
        elif link.from_client:
            link.on_transfer(transfer, payload)
        else:
            raise ConnectionFailure(FRAMING_ERROR, "A transfer came on a link on which the client receives.")

    def _on_disposition(self, disposition: Disposition) -> None:
        if not disposition.role or disposition.first is None:
            return  # about what the client sent: settled from here already
        first = disposition.first
        last = first if disposition.last is None else disposition.last
        outcome = outcome_of(disposition.state)
        ids = [first] if last == first else sorted(key for key in self._unsettled if first <= key <= last)
        for delivery_id in ids:
            found = self._unsettled.get(delivery_id)
            if found is None:
                continue
            link, tag = found
            if is_transactional(disposition.state):
                link.detach(AmqpError(NOT_IMPLEMENTED, "Transactions are not built: settle outside of one."))
                continue
            if disposition.settled:
                del self._unsettled[delivery_id]
            link.endpoint.on_outcome(delivery_id, tag, outcome, settled=bool(disposition.settled))

    def _on_attach(self, attach: Attach) -> None:
        if attach.handle is None or attach.role is None or attach.name is None:
            raise DecodeError("An attach needs a name, a handle and a role.")
        if attach.handle > HANDLE_MAX:
            raise ConnectionFailure(FRAMING_ERROR, f"Handle {attach.handle} is above the limit of {HANDLE_MAX}.")
        if attach.handle in self.links:
            self._fail(AmqpError(HANDLE_IN_USE, f"Handle {attach.handle} is attached already."))
            return
        link = self.links[attach.handle] = Link(self, attach)
        try:
            self.connection.acceptor.attach(link)
        except AmqpError as error:
            link.refuse(error)
        except Exception as error:  # a fault here must not cost the client its connection
            self.connection.report(error)
            link.refuse(AmqpError(INTERNAL_ERROR, "The broker failed on this link: see its log."))

    def _on_detach(self, detach: Detach) -> None:
        link = self.links.get(detach.handle if detach.handle is not None else -1)
        if link is None:
            return  # the answer to a detach from here
        self.forget(link)
        link.end()
        self.send(Detach(handle=link.handle, closed=bool(detach.closed)))

    def _fail(self, error: AmqpError) -> None:
        self.send(End(error=error.wire()))
        self.connection.forget(self)
        self.end()
