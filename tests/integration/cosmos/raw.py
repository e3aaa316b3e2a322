"""Requests as an SDK signs them, for what the SDKs never send."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Self
from urllib.parse import quote

import aiohttp
from yarl import URL

from localcloud.cosmos.authorization import signature
from localcloud.wellknown import COSMOS_KEY

DOCS = "/dbs/shop/colls/items/docs"


def signed(method: str, path: str, key: str = COSMOS_KEY, date: datetime | None = None) -> dict[str, str]:
    """The headers that authorize a request."""
    headers = {"x-ms-date": format_datetime(date or datetime.now(UTC), usegmt=True)}
    sig = signature(key, method, path, headers)
    return headers | {"authorization": quote(f"type=master&ver=1.0&sig={sig}", safe="")}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


class RawClient:
    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def send(self, method: str, path: str, body: Any = None, *, pk: str | None = None, **headers: str) -> Answer:
        """Signed; `body` as JSON unless it is bytes; `_` in header names stands for `-`."""
        sent = signed(method, path) | {name.replace("_", "-"): value for name, value in headers.items()}
        if pk is not None:
            sent["x-ms-documentdb-partitionkey"] = pk
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        url = URL(f"{self._endpoint}{path}", encoded=True)
        async with self._session.request(method, url, data=content, headers=sent) as answer:
            return Answer(answer.status, answer.headers.copy(), await answer.read())
