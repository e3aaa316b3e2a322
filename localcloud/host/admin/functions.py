"""`/admin/functions`: list, show, state of one, and running one by hand."""

import asyncio
import json
from typing import Any

from aiohttp import web

from localcloud.host.admin.description import describe
from localcloud.host.http.response import empty, json_answer
from localcloud.host.model import Datum, FunctionMetadata, Invocation
from localcloud.host.state import HostState

_REASON = "This function was programmatically called via the host APIs."
_MANUAL_TIMER = json.dumps({"Schedule": {"AdjustForDST": True}, "ScheduleStatus": None, "IsPastDue": False})


class FunctionsApi:
    """Answers for the list and for single functions."""

    def __init__(self, state: HostState) -> None:
        self._state = state
        self._runs: set[asyncio.Task[Any]] = set()

    def listing(self) -> web.Response:
        """Every function; 500 as long as host.json is broken."""
        catalog = self._state.catalog
        if catalog is None:
            return empty(500)
        return json_answer(200, [self._shown(f, f"https://{self._state.hostname}") for f in catalog.listed.values()])

    def one(self, request: web.Request, name: str) -> web.Response:
        """One function, by name in any case."""
        function = self._find(name)
        if function is None:
            return empty(404)
        return json_answer(200, self._shown(function, f"http://{request.host}"))

    def status(self, name: str) -> web.Response:
        """`{}`, or the function's errors."""
        function = self._find(name)
        if function is None or self._state.catalog is None:
            return empty(404)
        error = self._state.catalog.errors.get(function.name)
        return json_answer(200, {"errors": [error]} if error else {})

    async def run(self, request: web.Request, name: str) -> web.Response:
        """Runs a function by hand: 202 before it runs; disabled ones too, those in error are 404."""
        if request.content_type != "application/json" or "Content-Type" not in request.headers:
            return empty(415)
        valid, value = _input(await request.read())
        if not valid:
            return empty(400)
        function = self._find(name)
        if function is None or self._state.catalog is None or function.name in self._state.catalog.errors:
            return empty(404)
        run = asyncio.create_task(self._run(function, value))
        self._runs.add(run)
        run.add_done_callback(self._runs.discard)
        return empty(202)

    async def _run(self, function: FunctionMetadata, value: Any) -> None:
        trigger = function.trigger
        if self._state.invoker is None:
            return
        data = Datum("json", _MANUAL_TIMER) if str(trigger["type"]).lower() == "timertrigger" else _datum(value)
        retries = int((function.retry or {}).get("max_retry_count", 0) or 0)
        await self._state.invoker.invoke(
            Invocation(function.name, {trigger["name"]: data}, reason=_REASON, max_retry_count=retries)
        )

    def _find(self, name: str) -> FunctionMetadata | None:
        return self._state.catalog.find(name) if self._state.catalog else None

    def _shown(self, function: FunctionMetadata, base: str) -> dict[str, Any]:
        assert self._state.catalog is not None  # noqa: S101 - only reached with functions
        return describe(function, base, self._state.config.route_prefix, self._state.catalog, self._state.data_dir)


def _input(body: bytes) -> tuple[bool, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        return False, None
    if not isinstance(content, dict):
        return False, None
    value = content.get("input")
    return not isinstance(value, (dict, list)), value


def _datum(value: Any) -> Datum:
    return Datum("string", value if isinstance(value, str) else json.dumps(value))
