"""Which admin request goes where. Unknown admin paths fall through to the functions."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from localcloud.host.admin.functions import FunctionsApi
from localcloud.host.admin.keys_api import KeysApi
from localcloud.host.authorization import Authorization
from localcloud.host.http.response import PlainResponse, empty, json_answer, text
from localcloud.host.keys import KeyStore
from localcloud.host.state import HostState

VERSION = "4.1037.0.0"
"""The version of the real host whose behaviour is reproduced."""
_NO_STORE = {"Cache-Control": "no-store,no-cache", "Pragma": "no-cache"}
_OPEN = frozenset({"host/ping", "warmup"})
_KEY_KINDS = frozenset({"keys", "functionkeys", "systemkeys"})
_ALWAYS = ("host/status", "functions")
"""Answered also while the host is in error."""


class AdminRouter:
    """Answers `/admin/...`."""

    def __init__(self, state: HostState, store: KeyStore, authorization: Authorization) -> None:
        self._state = state
        self._authorization = authorization
        self._functions = FunctionsApi(state)
        self._keys = KeysApi(store)
        self._fixed: dict[tuple[str, str], Callable[[], web.Response]] = {
            ("GET", "host/ping"): lambda: empty(200, _NO_STORE),
            ("POST", "host/ping"): lambda: empty(200, _NO_STORE),
            ("GET", "warmup"): lambda: empty(200),
            ("POST", "warmup"): lambda: empty(200),
            ("GET", "host/status"): self._status,
            ("GET", "host/config"): self._config,
            ("POST", "host/resume"): lambda: json_answer(200, {"state": state.name}),
            ("POST", "host/log"): lambda: text(400, "An array of log entry objects is expected."),
            ("POST", "host/synctriggers"): lambda: json_answer(
                500, {"status": "Invalid environment for SyncTriggers operation."}
            ),
            ("GET", "host/drain/status"): lambda: json_answer(
                200, {"state": "Disabled", "outstandingInvocations": 0, "outstandingRetries": 0}
            ),
            ("GET", "functions"): self._functions.listing,
        }

    def available_in_error(self, path: str) -> bool:
        """Whether a decoded path is answered while the host is in error."""
        lower = path.lower().rstrip("/")
        return lower.startswith("admin/") and lower[6:].startswith(_ALWAYS)

    def find(self, request: web.Request, path: str) -> Callable[[], Awaitable[web.Response]] | None:
        """The handler for a decoded path, or None when it is not one of the admin API's."""
        parts = path.rstrip("/").split("/")
        if parts[0].lower() != "admin" or len(parts) < 2:
            return None
        method, rest = request.method, parts[1:]
        name = "/".join(rest).lower()
        if fixed := self._fixed.get((method, name)):
            return self._guarded(request, _as_async(fixed), is_open=name in _OPEN)
        if rest[0].lower() == "vfs":
            return self._guarded(request, _as_async(lambda: empty(403)))
        handler = self._nested(request, method, [rest[0].lower(), *rest[1:]])
        return self._guarded(request, handler) if handler else None

    def _nested(
        self, request: web.Request, method: str, parts: list[str]
    ) -> Callable[[], Awaitable[web.Response]] | None:
        match parts:
            case ["functions", name] if method == "GET":
                return _as_async(lambda: self._functions.one(request, name))
            case ["functions", name] if method == "POST":
                return lambda: self._functions.run(request, name)
            case ["functions", name, "status"] if method == "GET":
                return _as_async(lambda: self._functions.status(name))
            case ["functions", name, "keys", *key] if len(key) < 2:
                return lambda: self._function_keys(request, name, key[0] if key else None)
            case ["host", kind, *key] if kind.lower() in _KEY_KINDS and len(key) < 2:
                return lambda: self._keys.host(request, kind.lower(), key[0] if key else None)
        return None

    def _guarded(
        self, request: web.Request, handler: Callable[[], Awaitable[web.Response]], *, is_open: bool = False
    ) -> Callable[[], Awaitable[web.Response]]:
        async def answer() -> web.Response:
            refusal = None if is_open else self._authorization.refuse_admin(request)
            return refusal if refusal is not None else await handler()

        return answer

    async def _function_keys(self, request: web.Request, name: str, key: str | None) -> web.Response:
        function = self._state.catalog.find(name) if self._state.catalog else None
        return await self._keys.function(request, function.name, key) if function else empty(404)

    def _status(self) -> web.Response:
        state = self._state
        errors: dict[str, Any] = {"errors": state.errors} if state.errors else {}
        return json_answer(
            200,
            {
                "id": state.host_id,
                "state": state.name,
                "version": VERSION,
                "versionDetails": VERSION,
                "platformVersion": "",
                "instanceId": "",
                "computerName": "",
                **errors,
                "processUptime": int((time.monotonic() - state.started) * 1000),
                "functionAppContentEditingState": "Unknown",
            },
        )

    def _config(self) -> web.Response:
        http = {
            "dynamicThrottlesEnabled": False,
            "enableChunkedRequestBinding": False,
            "maxConcurrentRequests": -1,
            "maxOutstandingRequests": -1,
            "routePrefix": self._state.config.route_prefix,
        }
        concurrency = {
            "dynamicConcurrencyEnabled": False,
            "maximumFunctionConcurrency": 500,
            "cpuThreshold": 0.8,
            "snapshotPersistenceEnabled": True,
        }
        answer = json_answer(200, {"extensions": {"http": http}, "concurrency": concurrency})
        answer.headers["Content-Type"] = "text/plain; charset=utf-8"
        return answer


def _as_async(handler: Callable[[], web.Response]) -> Callable[[], Awaitable[web.Response]]:
    async def answer() -> web.Response:
        return handler()

    return answer


def home_page(request: web.Request, *, disabled: bool) -> web.Response | None:
    """The host's own page at `/`, for GET and HEAD; 204 when it is switched off."""
    if request.method not in ("GET", "HEAD"):
        return None
    if disabled:
        return empty(204)
    title = "Your Azure Function App is up and running."
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return PlainResponse(status=200, body=page.encode(), headers={"Content-Type": "text/html"})
