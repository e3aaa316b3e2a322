"""An HTTP client for the shop's API that keeps what tests look at."""

import json
from dataclasses import dataclass
from typing import Any

import aiohttp


@dataclass(frozen=True)
class Answer:
    """One answer; `content` is its JSON, None when it has no body."""

    status: int
    headers: dict[str, str]
    content: Any

    @property
    def problem(self) -> str:
        """The end of the problem's URN."""
        assert self.headers["content-type"].startswith("application/problem+json"), self
        return str(self.content["type"]).removeprefix("urn:durable-shop:")

    @property
    def pointers(self) -> list[str]:
        """What the violations point at."""
        return [found["pointer"] for found in self.content["errors"]]


class Api:
    """Calls below /api; `token` is sent as bearer."""

    def __init__(self, base_url: str, session: aiohttp.ClientSession) -> None:
        self.base_url = base_url
        self._session = session

    async def call(
        self,
        method: str,
        path: str,
        content: Any = None,
        *,
        token: str | None = None,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Sends `content` as JSON, or `body` as it is."""
        sent = {"Authorization": f"Bearer {token}"} if token is not None else {}
        data = body if content is None else json.dumps(content).encode()
        if data is not None:
            sent["Content-Type"] = "application/json"
        url = f"{self.base_url}/api/{path}"
        async with self._session.request(method, url, data=data, headers={**sent, **(headers or {})}) as response:
            text = await response.read()
            found = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, found, json.loads(text) if text else None)

    async def register(self, email: str, *, role: str | None = None, token: str | None = None) -> Answer:
        """Registers with the name Ada and PASSWORD."""
        body = {"email": email, "name": "Ada", "password": PASSWORD, **({"role": role} if role else {})}
        return await self.call("POST", "auth/register", body, token=token)

    async def log_in(self, email: str, password: str = "") -> Answer:
        """Logs in with PASSWORD unless told otherwise."""
        return await self.call("POST", "auth/login", {"email": email, "password": password or PASSWORD})

    async def token(self, email: str) -> str:
        """A token of a registered user."""
        return str((await self.log_in(email)).content["token"])


PASSWORD = "correct horse"
ADMIN = "admin@example.com"
CUSTOMER = "customer@example.com"
PRODUCT: dict[str, Any] = {
    "name": "Espresso cup",
    "description": "Porcelain, 60 ml.",
    "price": 12.5,
    "category": "kitchen",
    "inventory": 10,
    "metadata": {"volume": 0.06, "dishwasher": True},
}
ADDRESS = {"street": "1 Main St", "city": "Springfield", "state": "IL", "zipCode": "62701", "country": "US"}
