"""Declaring routes and registering their functions. Nothing is open unless it says so."""

from collections.abc import Awaitable, Callable

import azure.durable_functions as df
import azure.functions as func
from pydantic import BaseModel

from api.web.pipeline import serve
from api.web.route import DECLARED, Access, Handler, Route


class RouteTable:
    """The routes of one module, registered on its blueprint."""

    def __init__(self) -> None:
        self.blueprint = df.Blueprint(http_auth_level=func.AuthLevel.ANONYMOUS)

    def route(
        self,
        method: str,
        path: str,
        *,
        access: Access,
        body: type[BaseModel] | None = None,
        query: type[BaseModel] | None = None,
        durable: bool = False,
        idempotent: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Declares the decorated handler as a function of its name. A GET answers HEAD, too; `*` is every method."""

        def declare(handler: Handler) -> Handler:
            name = handler.__name__
            methods = {"GET": ("GET", "HEAD"), "*": ()}.get(method, (method,))
            declared = Route(name, methods, path, access, handler, body, query, durable, idempotent)
            DECLARED[name] = declared
            self._register(declared)
            return handler

        return declare

    def _register(self, declared: Route) -> None:
        function = _with_client(declared) if declared.durable else _without_client(declared)
        if declared.durable:
            function = self.blueprint.durable_client_input(client_name="client")(function)
        methods = list(declared.methods) or None
        function = self.blueprint.route(route=declared.path, methods=methods)(function)
        self.blueprint.function_name(declared.name)(function)


def _without_client(declared: Route) -> Callable[..., Awaitable[func.HttpResponse]]:
    async def answer(req: func.HttpRequest) -> func.HttpResponse:
        return await serve(declared, req)

    answer.__name__ = declared.name
    return answer


def _with_client(declared: Route) -> Callable[..., Awaitable[func.HttpResponse]]:
    async def answer(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
        return await serve(declared, req, client)

    answer.__name__ = declared.name
    return answer
