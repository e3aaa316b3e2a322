from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from localcloud.clock import SystemClock
from localcloud.durable.api.call import Surface
from localcloud.durable.api.links import WEBHOOK_PATH, Links
from localcloud.durable.api.router import DurableApi
from tests.unit.durable_api.small_hub import SmallHub

Http = TestClient[web.Request, web.Application]


@pytest.fixture
def hub() -> SmallHub:
    return SmallHub()


@pytest.fixture
async def http(hub: SmallHub) -> AsyncIterator[Http]:
    """A client whose paths are relative to the API's root."""
    links = Links(hub.name, "Storage", "the-key")
    api = DurableApi(Surface(hub, links, SystemClock(), lambda name: name == "Storage", print), WEBHOOK_PATH)
    app = web.Application()
    app.router.add_route("*", "/runtime/webhooks/{rest:.*}", api.handle)
    async with TestClient(TestServer(app)) as client:
        yield client
