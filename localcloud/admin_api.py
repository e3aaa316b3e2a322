"""/_localcloud/: faults, clock, health, reset, provisioning. Part of no Azure service, and needs no key."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Protocol

import orjson
from aiohttp import web

from localcloud.fault_rules import FaultRuleError, RuleList

PREFIX = "/_localcloud"
LONGEST_ADVANCE = timedelta(days=36_500)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class RefusedError(Exception):
    """A request that can't be served; the text says why."""

    def __init__(self, message: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.status = HTTPStatus(status)


class MovableClock(Protocol):
    """A server's own time."""

    def now(self) -> datetime:
        """The server's time."""
        ...

    def advance(self, by: timedelta) -> None:
        """Moves it forward."""
        ...


class AdminApi(ABC):
    """The admin endpoint of one server."""

    def __init__(self, clock: MovableClock, faults: RuleList[Any]) -> None:
        self._server_clock, self._faults = clock, faults

    def routes(self) -> list[web.RouteDef]:
        """What to add to the server's router, before everything else."""
        return [
            web.get(f"{PREFIX}/health", answering(self.health)),
            web.get(f"{PREFIX}/faults", answering(self._list_faults)),
            web.post(f"{PREFIX}/faults", answering(self._add_fault)),
            web.delete(f"{PREFIX}/faults", answering(self._clear_faults)),
            web.delete(f"{PREFIX}/faults/{{id}}", answering(self._clear_fault)),
            web.post(f"{PREFIX}/reset", answering(self.reset)),
            web.get(f"{PREFIX}/clock", answering(self._clock)),
            web.post(f"{PREFIX}/clock", answering(self._advance)),
            web.post(f"{PREFIX}/provision", answering(self.provision)),
        ]

    @abstractmethod
    async def health(self, request: web.Request) -> web.Response:
        """That the server is well, and what it holds."""

    @abstractmethod
    async def reset(self, request: web.Request) -> web.Response:
        """Empties the server."""

    @abstractmethod
    async def provision(self, request: web.Request) -> web.Response:
        """Creates what is missing."""

    async def _list_faults(self, _: web.Request) -> web.Response:
        return json_answer({"faults": self._faults.list()})

    async def _add_fault(self, request: web.Request) -> web.Response:
        try:
            return json_answer(self._faults.add(await body_of(request)), HTTPStatus.CREATED)
        except FaultRuleError as error:
            raise RefusedError(str(error)) from error

    async def _clear_faults(self, _: web.Request) -> web.Response:
        return json_answer({"cleared": self._faults.clear()})

    async def _clear_fault(self, request: web.Request) -> web.Response:
        given = request.match_info["id"]
        if not (given.isdecimal() and self._faults.clear(int(given))):
            raise RefusedError(f"There is no fault rule {given}.", HTTPStatus.NOT_FOUND)
        return json_answer({"cleared": 1})

    async def _clock(self, _: web.Request) -> web.Response:
        return json_answer({"now": self._server_clock.now().isoformat()})

    async def _advance(self, request: web.Request) -> web.Response:
        seconds = (await body_of(request)).get("advanceSeconds")
        limit = LONGEST_ADVANCE.total_seconds()
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= limit:
            raise RefusedError(f'"advanceSeconds" must be a number from 0 to {limit:.0f}: the clock never goes back.')
        self._server_clock.advance(timedelta(seconds=seconds))
        return await self._clock(request)


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object of the request; none at all counts as an empty one. Raises RefusedError."""
    content = await request.read()
    if not content.strip():
        return {}
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise RefusedError(f"The request body is not valid JSON: {error}.") from error
    if not isinstance(parsed, dict):
        raise RefusedError("The request body must be a JSON object.")
    return parsed


def json_answer(content: Any, status: int = HTTPStatus.OK) -> web.Response:
    """An answer with this content."""
    return web.Response(body=orjson.dumps(content), status=status, content_type="application/json")


def answering(handler: Handler) -> Handler:
    """The handler with refusals as JSON; web pages in a browser are refused, since they could empty the server."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            if "Origin" in request.headers:
                raise RefusedError("The admin endpoint answers no web pages.", HTTPStatus.FORBIDDEN)  # noqa: TRY301 - answered as every other refusal
            return await handler(request)
        except RefusedError as error:
            code = error.status.phrase.title().replace(" ", "")
            return json_answer({"code": code, "message": str(error)}, error.status)

    return answer
