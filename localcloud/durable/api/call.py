"""One request to the durable API, and what its handlers work with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from localcloud.clock import Clock
from localcloud.durable.api.links import Links
from localcloud.durable.api.query import Parameters
from localcloud.durable.model import TaskHub


@dataclass(frozen=True)
class Surface:
    """What all requests share."""

    hub: TaskHub
    links: Links
    clock: Clock
    knows_connection: Callable[[str], bool]
    """Whether a storage connection of that name is configured."""
    log: Callable[[str], None]
    """Writes a line to the host's log."""


@dataclass(frozen=True)
class Call:
    """A request that has passed the key check and met a route."""

    surface: Surface
    request: web.Request
    parameters: Parameters
    path: dict[str, str]
    """The route's variables, decoded."""
    origin: str
    """Scheme and host for the links in the answer."""

    @property
    def hub(self) -> TaskHub:
        """The task hub to ask."""
        return self.surface.hub

    @property
    def instance_id(self) -> str:
        """The `{id}` of the route."""
        return self.path["id"]


Handler = Callable[[Call], Awaitable[web.Response]]
Route = tuple[str, str, Handler]
"""Method, template below the API's root (`instances/{id}`), handler."""
