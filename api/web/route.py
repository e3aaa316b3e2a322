"""What a route declares: who may call, what is read, which handler answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

from pydantic import BaseModel

from api.web.call import Call, Reply

Handler = Callable[[Call], Awaitable[Reply]]


class Access(Enum):
    """Who may call a route."""

    ANYONE = "anyone"
    USER = "user"
    OWNER = "owner"
    """The owner of the resource, or an admin: the handler reads within `call.owner_scope`."""
    ADMIN = "admin"


@dataclass(frozen=True)
class Route:
    """One declared route."""

    name: str
    """Name of the function."""
    methods: tuple[str, ...]
    """Empty for every method."""
    path: str
    """Template below the prefix, e.g. `orders/{orderId}`."""
    access: Access
    handler: Handler
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    durable: bool = False
    idempotent: bool = False
    """Whether the header Idempotency-Key is understood, and so checked."""


DECLARED: dict[str, Route] = {}
"""Every declared route by the name of its function."""
