"""A client's receiver: messages from a queue, and the client's verdicts on them."""

from uuid import UUID

from localcloud.servicebus.amqp.endpoint import Endpoint
from localcloud.servicebus.amqp.errors import INTERNAL_ERROR, AmqpError
from localcloud.servicebus.amqp.link import Link
from localcloud.servicebus.amqp.outcomes import (
    ACCEPTED,
    MODIFIED,
    PLAIN_REJECTED,
    RELEASED,
    Outcome,
    rejected,
)
from localcloud.servicebus.amqp.types import Described, Symbol
from localcloud.servicebus.broker import settlement
from localcloud.servicebus.broker.broker import FULL, Broker
from localcloud.servicebus.broker.message import DEAD_LETTER_DESCRIPTION, DEAD_LETTER_REASON, Message
from localcloud.servicebus.broker.queue import Queue
from localcloud.servicebus.faults import Fault, FaultRules
from localcloud.servicebus.links.address import with_session

TICKS_AT_EPOCH = 621_355_968_000_000_000
SETTLED = 1
_ECHO = {"accepted": ACCEPTED, "rejected": PLAIN_REJECTED, "released": RELEASED, "modified": MODIFIED}


class ReceiverEndpoint(Endpoint):
    """A consumer of `queue` behind a link."""

    def __init__(self, broker: Broker, queue: Queue, link: Link, faults: FaultRules) -> None:
        self._broker, self._queue, self._link, self._faults = broker, queue, link, faults
        self._promised = 0
        self.deletes = link.attach.snd_settle_mode == SETTLED
        self.session_id: str | None = None

    @property
    def credit(self) -> int:
        """How many more messages the client wants."""
        return self._link.credit - self._promised if self._link.is_attached else 0

    def deliver(self, message: Message) -> None:
        """Sends a message; one that is deleted with it only after the deletion is on disk."""
        if not self.deletes:
            assert message.lock is not None  # noqa: S101 - the queue locks what it hands to such a consumer
            self._link.send_message(message.lock.token.bytes_le, message.encoded(), settled=False)
            return
        self._promised += 1
        self._broker.journal.acknowledge(lambda: self._send_deleted(message), self._not_deleted)

    def session_granted(self, session_id: str, locked_until: int) -> None:
        """Answers the attach: the client has the session."""
        self.session_id = session_id
        ticks = locked_until * 10_000 + TICKS_AT_EPOCH
        source = self._link.attach.source
        assert isinstance(source, Described)  # noqa: S101 - its filter named the session
        self._link.accept(
            self,
            source=with_session(source, session_id),
            properties={Symbol("com.microsoft:locked-until-utc"): ticks},
        )

    def lost(self, error: AmqpError) -> None:
        """Detaches, or refuses the attach that was waiting."""
        if self._link.is_attached:
            self._link.detach(error)
        else:
            self._link.refuse(error)

    def on_credit(self) -> None:
        """The client wants messages, or no more."""
        if self.credit > 0:
            self._queue.prefer(self)

    def on_detached(self) -> None:
        """The client has gone."""
        self._queue.leave(self)

    def on_outcome(self, delivery_id: int, tag: bytes, outcome: Outcome | None, *, settled: bool) -> None:
        """The client's verdict: echoed once it is on disk, unless the client settled by itself."""
        if outcome is None or self.deletes:
            return
        fault = self._faults.hit("settle", self._queue.path)
        if fault is None:
            self._settle(delivery_id, tag, outcome, None, settled=settled)
        else:
            fault.after_delay(lambda: self._settle(delivery_id, tag, outcome, fault, settled=settled))

    def _settle(self, delivery_id: int, tag: bytes, outcome: Outcome, fault: Fault | None, *, settled: bool) -> None:
        session = self._link.session
        if fault is not None and fault.drop_before:
            session.connection.end()
            return
        state = _ECHO[outcome.kind]
        try:
            if fault is not None and fault.error is not None:
                raise fault.error
            if len(tag) != 16:
                raise AmqpError(INTERNAL_ERROR, "The delivery tag is no lock token.")  # noqa: TRY301 - the same
            token = UUID(bytes_le=tag)
            if fault is not None and fault.lock_lost:
                self._queue.lose_lock(token)
            settle(self._queue, token, outcome)
        except AmqpError as error:
            state = rejected(error)
        if not settled:

            def echo() -> None:
                if fault is not None and fault.drop_after:
                    session.connection.end()
                else:
                    session.settle_sent(delivery_id, state)

            self._broker.journal.acknowledge(echo, lambda: session.settle_sent(delivery_id, rejected(FULL)))

    def _send_deleted(self, message: Message) -> None:
        self._promised -= 1
        if self._link.is_attached:
            self._link.send_message(b"\0" * 16, message.encoded(), settled=True)

    def _not_deleted(self) -> None:
        self._promised -= 1


def settle(queue: Queue, token: UUID, outcome: Outcome) -> None:
    """Does what the outcome means (https://learn.microsoft.com/azure/service-bus-messaging). Raises AmqpError."""
    match outcome.kind:
        case "accepted":
            settlement.complete(queue, token)
        case "released":
            settlement.release(queue, token)
        case "modified" if outcome.undeliverable_here:
            settlement.defer(queue, token, outcome.annotations)
        case "modified":
            settlement.abandon(queue, token, outcome.annotations)
        case "rejected":
            info = {str(key): value for key, value in outcome.info.items()}
            reason, description = info.pop(DEAD_LETTER_REASON, None), info.pop(DEAD_LETTER_DESCRIPTION, None)
            settlement.dead_letter(queue, token, _text(reason), _text(description), info)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
