"""The durable HTTP API of a running host, as operators use it."""

from typing import Any

import aiohttp


class DurableClient:
    """Calls /runtime/webhooks/durabletask with the system key."""

    def __init__(self, session: aiohttp.ClientSession, host: str, key: str) -> None:
        self._session = session
        self._base = f"{host}/runtime/webhooks/durabletask/instances"
        self._key = key

    async def status(self, instance_id: str, **query: str) -> dict[str, Any] | None:
        """An instance's status document, None for an unknown one; `query` e.g. showHistory="true"."""
        code, content = await self.call("GET", instance_id, **query)
        if code == 404:
            return None
        found: dict[str, Any] = content
        return found

    async def instances(self, **query: str) -> list[dict[str, Any]]:
        """All instances, filtered by `query` as the API takes it, e.g. runtimeStatus="Running"."""
        found: list[dict[str, Any]] = (await self.call("GET", "", **query))[1]
        return found

    async def terminate(self, instance_id: str, reason: str = "") -> int:
        """Ends an instance; returns the status code."""
        return (await self.call("POST", f"{instance_id}/terminate", reason=reason))[0]

    async def raise_event(self, instance_id: str, name: str, content: Any = None) -> int:
        """Sends an external event; returns the status code."""
        return (await self.call("POST", f"{instance_id}/raiseEvent/{name}", content=content))[0]

    async def call(self, method: str, path: str, content: Any = None, **query: str) -> tuple[int, Any]:
        """Any request below /instances: status code and JSON (None without a body)."""
        url = f"{self._base}/{path}" if path else self._base
        sent = {"json": content} if method == "POST" else {}
        async with self._session.request(method, url, params={**query, "code": self._key}, **sent) as answer:
            return answer.status, await answer.json(content_type=None) if await answer.read() else None
