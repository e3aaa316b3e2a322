"""What messages of queue `orders` ask for, done with the rules of the HTTP API."""

from http import HTTPStatus

from api.models.order_messages import ACTIONS, CreateOrder, ProcessOrder
from api.order_placing import Placing
from api.web.json_body import parse_json
from api.web.validation import validated_body
from shared.errors import ShopError, UnavailableError
from shared.idempotency import RequestInFlightError
from shared.messaging.consuming import Incoming, RefusedMessageError
from shared.messaging.patience import NotVisibleYetError
from shared.orders.errors import OrderNotFoundError
from shared.orders.workflow import DurableClient, OrderWorkflows
from shared.services import Services


class OrderMessages:
    """Takes messages; each may come twice, and at the same time as itself."""

    def __init__(self, services: Services, durable: DurableClient) -> None:
        self._services = services
        self._durable = durable

    async def take(self, message: Incoming) -> None:
        """Does what the message asks for.

        Raises RefusedMessageError for what no retry can help, and what passes by itself as it is.
        """
        try:
            wanted = _read(message.body)
            if isinstance(wanted, ProcessOrder):
                await self._process(wanted)
            else:
                await self._create(wanted, message.known_as)
        except RequestInFlightError as error:
            raise UnavailableError(error.detail) from error
        except ShopError as error:
            if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            raise RefusedMessageError(f"{error.title}: {_told(error)}") from error

    async def _process(self, wanted: ProcessOrder) -> None:
        """An order whose workflow runs or has run needs nothing."""
        try:
            order = await self._services.orders.get(wanted.order_id)
        except OrderNotFoundError as error:
            raise NotVisibleYetError(error.detail) from error
        await OrderWorkflows(self._durable, self._services.settings).start(order)

    async def _create(self, wanted: CreateOrder, correlation_id: str) -> None:
        user = await self._services.users.find(wanted.user_id)
        if user is None:
            raise NotVisibleYetError(f"There is no user {wanted.user_id}.")
        if not user.is_active:
            raise RefusedMessageError(f"The account {user.id} is disabled: it can't order.")
        placing = Placing(self._services, self._durable, user.id, correlation_id)
        await placing.once(wanted.idempotency_key, wanted.order())


def _read(body: bytes) -> ProcessOrder | CreateOrder:
    value = parse_json(body)
    action = value.get("action") if isinstance(value, dict) else None
    if not isinstance(action, str) or action not in ACTIONS:
        raise RefusedMessageError(f"The field `action` is {action!r}; it has to be one of {', '.join(ACTIONS)}.")
    return validated_body(ACTIONS[action], value)


def _told(error: ShopError) -> str:
    """The detail, and the field of each broken rule that it doesn't name."""
    violations = "; ".join(f"{found.pointer}: {found.detail}" for found in error.errors)
    complete = all(found.pointer in error.detail for found in error.errors)
    return error.detail if complete else f"{error.detail} ({violations})"
