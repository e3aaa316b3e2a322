"""What a connection asks of the program behind it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from localcloud.servicebus.amqp.errors import NOT_ALLOWED, AmqpError
from localcloud.servicebus.amqp.outcomes import Outcome, rejected

if TYPE_CHECKING:
    from localcloud.servicebus.amqp.link import Link


@dataclass(slots=True)
class Delivery:
    """A whole message that the client sent on `link`."""

    link: "Link"
    delivery_id: int
    settled: bool
    message_format: int
    payload: bytes

    def settle(self, state: Any) -> None:
        """Tells the client what became of it, unless it doesn't want to know or has gone."""
        if not self.settled:
            self.link.session.settle_received(self.delivery_id, state)


class Endpoint:
    """One end of an attached link. The defaults suit a link on which nothing is expected."""

    def on_transfer(self, delivery: Delivery) -> None:
        """The client sent a message."""
        delivery.settle(rejected(AmqpError(NOT_ALLOWED, "This link takes no messages.")))

    def on_credit(self) -> None:
        """The client set the credit of the link (`Link.credit`)."""

    def on_outcome(self, delivery_id: int, tag: bytes, outcome: Outcome | None, *, settled: bool) -> None:
        """The client says what became of a message that was sent to it."""

    def on_detached(self) -> None:
        """The link is gone: detached by the client, or its session or connection ended."""


class Acceptor(Protocol):
    """Decides about new links."""

    def attach(self, link: "Link") -> None:
        """Calls `accept` or `refuse` on the link, now or later. AmqpError refuses."""
        ...
