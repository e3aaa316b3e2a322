"""A customer's and an admin's client for the running app, and an auditor that reads the database behind it."""

import asyncio
import subprocess
import sys
from typing import Any

import aiohttp
from azure.cosmos.aio import ContainerProxy, CosmosClient

from localcloud.testing.app import App
from localcloud.wellknown import COSMOS_KEY
from tests.waiting import until

PASSWORD = "correct horse battery staple"
ADDRESS = {"street": "1 Main St", "city": "Springfield", "state": "IL", "zipCode": "62701", "country": "US"}
FINAL = {"confirmed", "cancelled"}


class Shopfront:
    """Calls the HTTP API; calls that meet a dead part are repeated, as a patient client's are."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def call(self, method: str, path: str, token: str | None = None, **options: Any) -> dict[str, Any]:
        """The JSON of a successful answer; repeated for a minute while nobody answers or the answer is a 5xx or 409."""
        headers = {**options.pop("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}

        async def once() -> dict[str, Any] | None:
            try:
                async with self.app.http.request(method, path, headers=headers, **options) as answer:
                    if answer.status in (409, 429) or answer.status >= 500:
                        return None
                    body: dict[str, Any] = await answer.json(content_type=None)
                    assert answer.status < 400, f"{method} {path}: {answer.status} {body}"
                    return body
            except aiohttp.ClientError:
                return None

        return await until(once, 60, f"{method} {path}")

    async def login(self, email: str) -> str:
        """A token."""
        answer = await self.call("POST", "/api/auth/login", json={"email": email, "password": PASSWORD})
        return str(answer["token"])

    async def customer(self, name: str) -> str:
        """A new customer's token."""
        body = {"email": f"{name}@example.com", "name": name, "password": PASSWORD}
        await self.call("POST", "/api/auth/register", json=body)
        return await self.login(body["email"])

    async def admin(self) -> str:
        """An admin's token."""
        command = [sys.executable, "-m", "ops", "--settings", str(self.app.process.ready_file), "create-admin"]
        command += ["--email", "admin@example.com", "--name", "Admin", "--password", PASSWORD]
        await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
        return await self.login("admin@example.com")

    async def product(self, admin: str, inventory: int) -> str:
        """A new product's id."""
        body = {"name": "Lamp", "description": "A lamp", "price": 10.5, "category": "home", "inventory": inventory}
        answer = await self.call("POST", "/api/products", admin, json=body)
        return str(answer["product"]["id"])

    async def order(self, token: str, product_id: str, key: str, payment: str = "tok_approve") -> str:
        """A new order's id; the key makes repeated calls one order."""
        body = {
            "items": [{"productId": product_id, "quantity": 1}],
            "shippingAddress": ADDRESS,
            "paymentToken": payment,
        }
        answer = await self.call("POST", "/api/orders", token, json=body, headers={"Idempotency-Key": key})
        return str(answer["order"]["id"])

    async def finished(self, token: str, order_ids: list[str], seconds: float) -> list[dict[str, Any]]:
        """The orders once all of them are confirmed or cancelled."""

        async def all_final() -> list[dict[str, Any]] | None:
            orders = [(await self.call("GET", f"/api/orders/{one}", token))["order"] for one in order_ids]
            return orders if all(order["status"] in FINAL for order in orders) else None

        return await until(all_final, seconds, "every order at its end")


class Auditor:
    """Reads what the app has stored, past the app."""

    def __init__(self, app: App) -> None:
        self._client = CosmosClient(str(app.process.ready["cosmos"]), COSMOS_KEY)

    async def __aenter__(self) -> "Auditor":
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self._client.close()

    async def documents(self, container: str, kind: str, **fields: str) -> list[dict[str, Any]]:
        """All documents of a type with these field values."""
        where = "".join(f" AND c.{name} = @{name}" for name in fields)
        parameters: list[dict[str, Any]] = [{"name": f"@{name}", "value": value} for name, value in fields.items()]
        parameters.append({"name": "@type", "value": kind})
        query = f"SELECT * FROM c WHERE c.type = @type{where}"
        return [dict(item) async for item in self._of(container).query_items(query, parameters=parameters)]

    async def events(self, container: str, prefixes: tuple[str, ...]) -> list[dict[str, Any]]:
        """All events whose types begin like that."""
        query = "SELECT * FROM c WHERE IS_DEFINED(c.aggregate)"
        found = [dict(item) async for item in self._of(container).query_items(query)]
        return [event for event in found if event["type"].startswith(prefixes)]

    def _of(self, container: str) -> ContainerProxy:
        return self._client.get_database_client("shop").get_container_client(container)
