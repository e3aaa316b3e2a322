"""The entity routes: present so that a caller learns that entities are not there."""

from aiohttp import web

from localcloud.durable.api.answers import not_built
from localcloud.durable.api.call import Call, Route


async def refuse(_call: Call) -> web.Response:
    """501 for every entity request."""
    return not_built("durable entities")


ROUTES: list[Route] = [
    ("GET", "entities", refuse),
    ("GET", "entities/{name}", refuse),
    *((method, "entities/{name}/{key}", refuse) for method in ("GET", "POST", "DELETE")),
]
