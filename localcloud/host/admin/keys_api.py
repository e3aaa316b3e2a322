"""The keys API: list, read, set, make and delete host, system and function keys."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from aiohttp import web

from localcloud.host.http.response import empty, json_answer, text
from localcloud.host.keys import MASTER, KeyStore, generate_key


class KeysApi:
    """Answers below `/admin/host/{keys,functionkeys,systemkeys}` and `/admin/functions/{name}/keys`."""

    def __init__(self, store: KeyStore) -> None:
        self._store = store

    async def host(self, request: web.Request, kind: str, key: str | None) -> web.Response:
        """Host keys (`keys` and `functionkeys` are the same) and system keys."""
        keys = self._store.system if kind == "systemkeys" else self._store.host
        return await self._answer(request, f"/admin/host/{kind}", keys, key, self._store.save_host)

    async def function(self, request: web.Request, name: str, key: str | None) -> web.Response:
        """A function's own keys. The first look makes a "default" one."""
        keys = self._store.function(name)
        if not keys:
            keys["default"] = generate_key()
            self._store.save_function(name)
        return await self._answer(
            request, f"/admin/functions/{name}/keys", keys, key, lambda: self._store.save_function(name)
        )

    async def _answer(
        self, request: web.Request, path: str, keys: dict[str, str], key: str | None, save: Callable[[], None]
    ) -> web.Response:
        href = f"http://{request.host}{path}"
        if key is None:
            if request.method != "GET":
                return empty(404)
            listed = [{"name": name, "value": value} for name, value in keys.items()]
            return json_answer(200, {"keys": listed, "links": [{"rel": "self", "href": href}]})
        href = f"{href}/{quote(key, safe='%')}"
        if request.method == "GET":
            value = self._store.master if key.lower() == MASTER else keys.get(key)
            return empty(404) if value is None else json_answer(200, _shown(key, value, href))
        if request.method == "DELETE":
            return self._delete(keys, key, save)
        if request.method in ("PUT", "POST"):
            return await self._set(request, keys, key, href, save)
        return empty(404)

    def _delete(self, keys: dict[str, str], key: str, save: Callable[[], None]) -> web.Response:
        if key.lower() == MASTER:
            return text(400, "Cannot delete System Key.")
        if keys.pop(key, None) is None:
            return empty(404)
        save()
        return empty(204)

    async def _set(
        self, request: web.Request, keys: dict[str, str], key: str, href: str, save: Callable[[], None]
    ) -> web.Response:
        value = generate_key() if request.method == "POST" else _value(await request.read())
        if value is None:
            return text(400, "Invalid key value")
        known = key in keys
        if key.lower() == MASTER:
            known, self._store.master = True, value
            self._store.save_host()
        else:
            keys[key] = value
            save()
        return json_answer(200 if known else 201, _shown(key, value, href), None if known else {"Location": href})


def _shown(name: str, value: str, href: str) -> dict[str, Any]:
    return {"name": name, "value": value, "links": [{"rel": "self", "href": href}]}


def _value(body: bytes) -> str | None:
    try:
        content = json.loads(body)
    except ValueError:
        return None
    value = content.get("value") if isinstance(content, dict) else None
    return value if isinstance(value, str) else None
