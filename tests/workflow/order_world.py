"""A shop on the Cosmos DB stand-in, with its order workflows on the real engine in virtual time."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from azure.durable_functions.models.OrchestrationRuntimeStatus import OrchestrationRuntimeStatus
from azure.durable_functions.models.utils.df_serialization import df_dumps

from localcloud.testing.workflow import Run, Workflow
from shared.clients import container, settings
from shared.orders.document import Order, OrderLine
from shared.orders.service import OrderService
from shared.orders.workflow import OrderWorkflows
from shared.payments.ledger import Payment, PaymentLedger
from shared.products.product import Product
from shared.products.repository import Origin, ProductRepository
from shared.services import shop
from shared.shop import Shop
from shared.time import utc_now
from tests.unit.orders.orders import order as new_order


@dataclass(frozen=True)
class Status:
    """What the SDK's client tells of an instance, as far as the app looks."""

    runtime_status: OrchestrationRuntimeStatus | None

    def __bool__(self) -> bool:
        return self.runtime_status is not None


class EngineClient:
    """The SDK's durable client, on the engine of the test."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow

    async def start_new(self, name: str, instance_id: str, client_input: Any) -> str:
        return await self._workflow.engine.start_new(name, instance_id, json.dumps(df_dumps(client_input)))

    async def get_status(self, instance_id: str) -> Status:
        state = await self._workflow.engine.get(instance_id)
        return Status(None if state is None else OrchestrationRuntimeStatus(str(state.status)))

    async def raise_event(self, instance_id: str, event_name: str, event_data: Any = None) -> None:
        await self._workflow.engine.raise_event(instance_id, event_name, json.dumps(json.dumps(event_data)))


class OrderWorld:
    """Places orders and looks at what they leave behind."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self.shop: Shop = shop()
        self.use_settings()

    def use_settings(self, **changed: Any) -> None:
        """Orders that are placed from now on get these settings."""
        self.workflows = OrderWorkflows(EngineClient(self.workflow), settings().model_copy(update=changed))
        self.service = OrderService(self.shop.orders, self.workflows, utc_now)

    async def product(self, product_id: str, inventory: int, price_minor: int = 1000) -> None:
        """A product on the shelf."""
        now = utc_now()
        product = Product(
            id=product_id,
            product_id=product_id,
            name=product_id.title(),
            description="",
            price_minor=price_minor,
            currency="USD",
            category="test",
            inventory=inventory,
            created_at=now,
            updated_at=now,
        )
        await ProductRepository(container("products"), utc_now).create(product, Origin("admin"))

    async def place(self, order_id: str, *wanted: tuple[str, int], token: str | None = None, price: int = 1000) -> Run:
        """Places an order of (product, quantity) lines and returns its running instance."""
        lines = [OrderLine(product_id=p, name=p.title(), quantity=q, price_minor=price) for p, q in wanted]
        await self.shop.tokens.keep(order_id, token)
        await self.service.place(new_order(order_id, lines=lines))
        return self.workflow.run(order_id)

    async def order(self, order_id: str) -> Order:
        """The order document as it is now."""
        return await self.shop.orders.get(order_id)

    async def summary(self, order_id: str) -> tuple[str, str, str | None]:
        """Status, stage and reason of an order."""
        order = await self.order(order_id)
        return str(order.status), str(order.stage), order.cancel_reason and str(order.cancel_reason)

    async def inventory(self, product_id: str) -> int:
        """What can still be ordered of a product."""
        found = await container("products").read_item(product_id, partition_key=product_id)
        return int(found["inventory"])

    async def reservations(self, product_id: str) -> dict[str, str]:
        """State of each order's reservation of a product."""
        query = "SELECT c.orderId, c.state FROM c WHERE c.type = 'reservation'"
        found = container("products").query_items(query, partition_key=product_id)
        return {item["orderId"]: item["state"] async for item in found}

    async def payment(self, order_id: str) -> Payment:
        """The provider's account of an order."""
        return await PaymentLedger(container("payments"), utc_now).get(order_id)

    async def money(self, order_id: str) -> tuple[str, int, int, int]:
        """State, authorised, captured and refunded minor units of an order's payment."""
        payment = await self.payment(order_id)
        return str(payment.state), payment.authorised_minor, payment.captured_minor, payment.refunded_minor

    async def events(self, order_id: str) -> list[str]:
        """Types of the order's events, by sequence; the sequence has no gap."""
        query = "SELECT * FROM c WHERE IS_DEFINED(c.sequence) ORDER BY c.sequence"
        found = [item async for item in container("orders").query_items(query, partition_key=order_id)]
        assert [item["sequence"] for item in found] == list(range(1, len(found) + 1))
        return [item["type"] for item in found]

    async def until_stage(self, order_id: str, stage: str, within: timedelta = timedelta(days=2)) -> Order:
        """Lets virtual time pass until the order document says `stage`."""
        end = self.workflow.clock.now() + within
        while (order := await self.order(order_id)).stage != stage:
            assert await self.workflow.skip_to_next_timer(end), f"{order_id} never came to {stage}: it is {order.stage}"
        return order
