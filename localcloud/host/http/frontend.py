"""The way of every request through the host: limits, CORS, admin API, webhooks, functions, home page."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from localcloud.host.admin.router import AdminRouter, home_page
from localcloud.host.authorization import Authorization
from localcloud.host.http.cors import Cors
from localcloud.host.http.request import RefusedRequestError, checked_target
from localcloud.host.http.response import PlainResponse, empty
from localcloud.host.routing.path import BadTargetError, Target, decoded_path
from localcloud.host.state import HostState
from localcloud.host.triggers.http import HttpTrigger

Webhook = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Frontend:
    """The handler of the public port."""

    def __init__(
        self,
        state: HostState,
        admin: AdminRouter,
        authorization: Authorization,
        cors: Cors,
        log: Callable[[str], None],
        *,
        home_disabled: bool,
    ) -> None:
        self._state = state
        self._admin = admin
        self._authorization = authorization
        self._cors = cors
        self._log = log
        self._home_disabled = home_disabled
        self._http: HttpTrigger | None = None
        self._webhooks: Mapping[str, Webhook] = {}
        self.ready = asyncio.Event()
        """Requests wait for it: set when the host runs or is in error."""

    def serve(self, http: HttpTrigger, webhooks: Mapping[str, Webhook]) -> None:
        """Takes the functions' routes and the extensions' webhooks."""
        self._http, self._webhooks = http, webhooks

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answers one request."""
        if not self.ready.is_set():
            await self.ready.wait()
        try:
            answer = self._cors.preflight(request) or await self._answer(request)
        except RefusedRequestError as error:
            answer = empty(error.status)
        except BadTargetError:
            answer = empty(400)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:  # one request's failure is answered, the host goes on
            self._log(f"Unhandled host error for {request.method} {request.raw_path}: {type(error).__name__}: {error}")
            answer = empty(500)
        for name, value in self._state.config.custom_headers.items():
            answer.headers.setdefault(name, value)
        self._cors.add_headers(request, answer)
        return answer

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        target = checked_target(request)
        path = decoded_path(target.path)
        if not self._state.running and not self._admin.available_in_error(path):
            return PlainResponse(status=503, body=b"Function host is not running.")
        first = path[:6].lower()
        if first == "admin/" and (handler := self._admin.find(request, path)):
            return await handler()
        if path[:8].lower() == "runtime/" and (webhook := self._webhook(path)):
            return await webhook(request)
        return await self._function_or_home(request, target, path)

    async def _function_or_home(self, request: web.Request, target: Target, path: str) -> web.StreamResponse:
        answer = await self._http.handle(request, target, path) if self._http and self._state.running else None
        if answer is None and path == "":
            answer = home_page(request, disabled=self._home_disabled)
        if answer is None and path.lower().startswith("runtime/webhooks/"):
            answer = self._authorization.refuse_admin(request)
        return answer if answer is not None else empty(404)

    def _webhook(self, path: str) -> Webhook | None:
        parts = path.split("/", 3)
        return self._webhooks.get(parts[2].lower()) if len(parts) > 2 and parts[1].lower() == "webhooks" else None
