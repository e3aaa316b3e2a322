"""/_localcloud/: health, faults, clock, entities, reset. Not a part of Service Bus, and needs no key."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import web

from localcloud.servicebus.broker.broker import Broker
from localcloud.servicebus.broker.definitions import DefinitionError
from localcloud.servicebus.broker.message import State
from localcloud.servicebus.broker.queue import Queue
from localcloud.servicebus.faults import FaultRuleError, FaultRules

PREFIX = "/_localcloud"
LONGEST_ADVANCE = timedelta(days=36_500)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class _RefusedError(Exception):
    """A wrong request; the text says why."""


class AdminApi:
    """The admin endpoint of one server."""

    def __init__(self, broker: Broker, faults: FaultRules) -> None:
        self._broker, self._faults = broker, faults

    def routes(self) -> list[web.RouteDef]:
        """What the admin port serves."""
        return [
            web.get(f"{PREFIX}/health", _answering(self._health)),
            web.get(f"{PREFIX}/entities", _answering(self._entities)),
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
        return _json({"status": "ok", "entities": len(self._broker.entities)})

    async def _entities(self, _: web.Request) -> web.Response:
        counted = {
            entity.name: _counts(entity) for entity in self._broker.entities.values() if isinstance(entity, Queue)
        }
        return _json({"entities": counted})

    async def _list_faults(self, _: web.Request) -> web.Response:
        return _json({"faults": self._faults.list()})

    async def _add_fault(self, request: web.Request) -> web.Response:
        return _json(self._faults.add(await _body(request)), HTTPStatus.CREATED)

    async def _clear_faults(self, _: web.Request) -> web.Response:
        return _json({"cleared": self._faults.clear()})

    async def _clear_fault(self, request: web.Request) -> web.Response:
        given = request.match_info["id"]
        if not (given.isdecimal() and self._faults.clear(int(given))):
            return _json({"message": f"There is no fault rule {given}."}, HTTPStatus.NOT_FOUND)
        return _json({"cleared": 1})

    async def _reset(self, _: web.Request) -> web.Response:
        return _json({"reset": await self._broker.reset()})

    async def _clock(self, _: web.Request) -> web.Response:
        return _json({"now": self._broker.now().isoformat()})

    async def _advance(self, request: web.Request) -> web.Response:
        seconds = (await _body(request)).get("advanceSeconds")
        limit = LONGEST_ADVANCE.total_seconds()
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= limit:
            raise _RefusedError(f'"advanceSeconds" must be a number from 0 to {limit:.0f}: the clock never goes back.')
        self._broker.advance(timedelta(seconds=seconds))
        return await self._clock(request)

    async def _provision(self, request: web.Request) -> web.Response:
        created = self._broker.definitions.provision(await _body(request))
        self._broker.journal.flush()
        return _json({"created": created})


def _counts(queue: Queue) -> dict[str, int]:
    states = [message.state for message in queue.messages.values()]
    return {state.name.lower(): states.count(state) for state in State} | {"locked": len(queue.locks)}


async def _body(request: web.Request) -> dict[str, Any]:
    content = await request.read()
    if not content.strip():
        return {}
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise _RefusedError(f"The body is not valid JSON: {error}.") from error
    if not isinstance(parsed, dict):
        raise _RefusedError("The body must be a JSON object.")
    return parsed


def _json(content: Any, status: int = HTTPStatus.OK) -> web.Response:
    return web.Response(body=orjson.dumps(content), status=status, content_type="application/json")


def _answering(handler: Handler) -> Handler:
    """The handler with errors as JSON; web pages in a browser are refused, since they could reset the messages."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if "Origin" in request.headers:
            return _json({"message": "The admin endpoint answers no web pages."}, HTTPStatus.FORBIDDEN)
        try:
            return await handler(request)
        except (_RefusedError, FaultRuleError, DefinitionError) as error:
            return _json({"message": str(error)}, HTTPStatus.BAD_REQUEST)

    return answer
