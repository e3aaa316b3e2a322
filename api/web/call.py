"""One HTTP call as its handler sees it, and what the handler answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar

from azure.durable_functions import DurableOrchestrationClient
from pydantic import BaseModel

from shared.auth.authenticator import Principal
from shared.services import Services

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Call:
    """A call that has passed every check its route declares."""

    services: Services
    request_id: str
    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    route_params: Mapping[str, str]
    principal: Principal | None
    """The caller; None on routes for anyone."""
    body: BaseModel | None
    query: BaseModel | None
    client: DurableOrchestrationClient | None

    def body_as(self, model: type[M]) -> M:
        """The validated body; `model` is the one the route declares."""
        return _declared(self.body, model)

    def query_as(self, model: type[M]) -> M:
        """The validated query parameters; `model` is the one the route declares."""
        return _declared(self.query, model)

    @property
    def durable(self) -> DurableOrchestrationClient:
        """The durable client, on routes declared with `durable=True`."""
        if self.client is None:
            raise LookupError("The route doesn't declare the durable client.")
        return self.client

    @property
    def caller(self) -> Principal:
        """The caller, on routes that demand one."""
        if self.principal is None:
            raise LookupError("The route is open to anyone: there is no caller.")
        return self.principal

    @property
    def owner_scope(self) -> str | None:
        """Whose resources the caller may see: their own id, or None for an admin, who sees all."""
        return None if self.caller.is_admin else self.caller.user_id


@dataclass(frozen=True)
class Reply:
    """A successful answer: `content` is put into the envelope of successes; None for no body at all."""

    content: Mapping[str, Any] | None
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


def _declared(found: BaseModel | None, model: type[M]) -> M:
    if not isinstance(found, model):
        raise TypeError(f"The route doesn't declare {model.__name__}.")
    return found
