"""Payment tokens, kept apart from the order and only until the money has moved."""

from collections.abc import Callable
from datetime import datetime, timedelta

from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from shared.documents import base_fields
from shared.payments.simulated import DEFAULT_TOKEN

LONGEST_LIFE = timedelta(days=30)
"""A token that nobody removed ends by itself."""


class PaymentTokens:
    """Documents `token:<orderId>` in container `payments`. `now` is the injected clock."""

    def __init__(self, container: ContainerProxy, now: Callable[[], datetime]) -> None:
        self._container = container
        self._now = now

    async def keep(self, order_id: str, token: str | None) -> None:
        """Stores the token before its order exists; again: the same."""
        document = {
            "id": f"token:{order_id}",
            "orderId": order_id,
            **base_fields("payment-token", self._now()),
            "token": token or DEFAULT_TOKEN,
            "ttl": int(LONGEST_LIFE.total_seconds()),
        }
        await self._container.upsert_item(document)

    async def get(self, order_id: str) -> str | None:
        """The token, or None when it has been removed."""
        try:
            found = await self._container.read_item(f"token:{order_id}", partition_key=order_id)
        except CosmosResourceNotFoundError:
            return None
        return str(found["token"])

    async def remove(self, order_id: str) -> None:
        """Removes the token; harmless when it is gone."""
        try:
            await self._container.delete_item(f"token:{order_id}", partition_key=order_id)
        except CosmosResourceNotFoundError:
            return
