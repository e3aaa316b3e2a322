"""/_localcloud/: faults, reset, clock, provisioning, health. Not a part of Cosmos DB, and needs no key."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import web

from localcloud.cosmos import json_text
from localcloud.cosmos.errors import CosmosError, bad_request
from localcloud.cosmos.faults import FaultRules
from localcloud.cosmos.provision import provision
from localcloud.cosmos.reset import reset
from localcloud.cosmos.store import CosmosStore

PREFIX = "/_localcloud"
LONGEST_ADVANCE = timedelta(days=36_500)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class AdminApi:
    """The admin endpoint of one server."""

    def __init__(self, store: CosmosStore, faults: FaultRules) -> None:
        self._store, self._faults = store, faults

    def routes(self) -> list[web.RouteDef]:
        """What to add to the server's router, before everything else."""
        return [
            web.get(f"{PREFIX}/health", _answering(self._health)),
            web.get(f"{PREFIX}/faults", _answering(self._list_faults)),
            web.post(f"{PREFIX}/faults", _answering(self._add_fault)),
            web.delete(f"{PREFIX}/faults", _answering(self._clear_faults)),
            web.delete(f"{PREFIX}/faults/{{id}}", _answering(self._clear_fault)),
            web.post(f"{PREFIX}/reset", _answering(self._reset)),
            web.get(f"{PREFIX}/clock", _answering(self._clock)),
            web.post(f"{PREFIX}/clock", _answering(self._advance)),
            web.post(f"{PREFIX}/provision", _answering(self._provision)),
        ]

    async def _health(self, _: web.Request) -> web.Response:
        containers = sum(len(database.containers) for database in self._store.databases.values())
        return _json({"status": "ok", "databases": len(self._store.databases), "containers": containers})

    async def _list_faults(self, _: web.Request) -> web.Response:
        return _json({"faults": self._faults.list()})

    async def _add_fault(self, request: web.Request) -> web.Response:
        return _json(self._faults.add(await _body(request)), HTTPStatus.CREATED)

    async def _clear_faults(self, _: web.Request) -> web.Response:
        return _json({"cleared": self._faults.clear()})

    async def _clear_fault(self, request: web.Request) -> web.Response:
        given = request.match_info["id"]
        if not (given.isdecimal() and self._faults.clear(int(given))):
            raise CosmosError(HTTPStatus.NOT_FOUND, f"There is no fault rule {given}.")
        return _json({"cleared": 1})

    async def _reset(self, request: web.Request) -> web.Response:
        database = (await _body(request)).get("database")
        if database is not None and not isinstance(database, str):
            raise bad_request('"database" must be the id of a database.')
        return _json({"reset": await reset(self._store, database)})

    async def _clock(self, _: web.Request) -> web.Response:
        return _json({"now": self._store.now().isoformat()})

    async def _advance(self, request: web.Request) -> web.Response:
        seconds = (await _body(request)).get("advanceSeconds")
        limit = LONGEST_ADVANCE.total_seconds()
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= limit:
            raise bad_request(f'"advanceSeconds" must be a number from 0 to {limit:.0f}: the clock never goes back.')
        self._store.advance(timedelta(seconds=seconds))
        return await self._clock(request)

    async def _provision(self, request: web.Request) -> web.Response:
        return _json({"created": await provision(self._store, await _body(request))})


async def _body(request: web.Request) -> dict[str, Any]:
    """The JSON object of the request; none at all counts as an empty one. Raises a 400."""
    content = await request.read()
    return json_text.parsed_object(content) if content.strip() else {}


def _json(content: Any, status: int = HTTPStatus.OK) -> web.Response:
    return web.Response(body=orjson.dumps(content), status=status, content_type="application/json")


def _answering(handler: Handler) -> Handler:
    """The handler with errors as JSON; web pages in a browser are refused, since they could reset the data."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            if "Origin" in request.headers:
                raise CosmosError(HTTPStatus.FORBIDDEN, "The admin endpoint answers no web pages.")  # noqa: TRY301 - answered as every other refusal
            return await handler(request)
        except CosmosError as error:
            return _json({"code": error.code, "message": error.message}, error.status)

    return answer
