"""Alive is the process; ready is every dependency."""

from shared.version import VERSION
from tests.integration.api.client import Api


async def test_alive(api: Api) -> None:
    alive = await api.call("GET", "health")
    assert (alive.status, alive.content["status"], alive.content["version"]) == (200, "healthy", VERSION)


async def test_ready(api: Api) -> None:
    ready = await api.call("GET", "health/ready")
    assert (ready.status, ready.content["checks"]) == (200, {"cosmosDb": "ok", "keyVault": "ok"})
