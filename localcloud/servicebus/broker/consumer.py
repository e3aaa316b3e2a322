"""Who receives from a queue."""

from typing import Protocol

from localcloud.servicebus.amqp.errors import AmqpError
from localcloud.servicebus.broker.message import Message


class Consumer(Protocol):
    """A receiving link."""

    @property
    def credit(self) -> int:
        """How many more messages it wants."""
        ...

    @property
    def deletes(self) -> bool:
        """Whether what it gets is deleted at once (receive and delete)."""
        ...

    def deliver(self, message: Message) -> None:
        """Gets a message: locked, or already deleted."""
        ...

    def session_granted(self, session_id: str, locked_until: int) -> None:
        """Now owns the session."""
        ...

    def lost(self, error: AmqpError) -> None:
        """Lost its session or its queue, or waited in vain for a session."""
        ...
