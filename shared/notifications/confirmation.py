"""The confirmation of an order: composed from the order when its event arrives, since events hold no personal data."""

import logging
from datetime import datetime

from shared.accounts.repository import UserRepository
from shared.accounts.user import User
from shared.events.event import Event
from shared.money import amount
from shared.notifications.mail import Mail, Mailer
from shared.notifications.mailbox import mailbox, printable
from shared.orders.document import Order
from shared.views.order_events import OrderEvents

logger = logging.getLogger(__name__)

CONFIRMED = "order.confirmed"


class Confirmations:
    """Tells customers that their orders are confirmed."""

    def __init__(self, events: OrderEvents, users: UserRepository, mailer: Mailer) -> None:
        self._events = events
        self._users = users
        self._mailer = mailer

    async def send(self, event: Event) -> bool:
        """Sends the mail for an `order.confirmed`, once; False when there is nothing (more) to send.

        Raises NotVisibleYetError when the order can't be seen.
        """
        if event.type != CONFIRMED:
            return False
        order = await self._events.order(event.aggregate, event.sequence or 0)
        user = await self._users.find(order.user_id)
        if user is None:
            logger.warning("Order %s is confirmed, but its customer is gone: no mail.", order.id)
            return False
        return await self._mailer.send(compose(event, order, user))


def compose(event: Event, order: Order, user: User) -> Mail:
    """The mail, in plain text."""
    lines = "\n".join(
        f"  {line.quantity} x {printable(line.name)}: {_money(line.quantity * line.price_minor, order)}"
        for line in order.items
    )
    address = order.shipping_address
    place = (address.street, f"{address.zip_code} {address.city}, {address.state}", address.country)
    text = (
        f"Hello {printable(user.name)},\n\nyour order {order.id} is confirmed.\n\n{lines}\n\n"
        f"  Total: {_money(order.total_minor, order)}\n\nIt goes to:\n\n"
        + "".join(f"  {printable(part)}\n" for part in place)
    )
    to = mailbox(user.name, user.email)
    return Mail(event.id, to, f"Your order {order.id} is confirmed", text, datetime.fromisoformat(event.time))


def _money(minor: int, order: Order) -> str:
    return f"{amount(minor):.2f} {order.currency}"
