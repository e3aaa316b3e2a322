"""Real hosts for small apps beside the Service Bus stand-in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from azure.servicebus.aio import ServiceBusClient

from localcloud.servicebus.server import ServiceBusServer
from tests.integration.hosts import Calls

ENTITIES = {
    "queues": [
        {"name": "work", "maxDeliveryCount": 3, "lockDuration": "PT5S"},
        {"name": "brief", "lockDuration": "PT2S"},
        {"name": "copies"},
        {"name": "ordered", "requiresSession": True, "maxDeliveryCount": 3},
    ],
    "topics": [{"name": "news", "subscriptions": [{"name": "all"}]}],
}


@pytest.fixture(autouse=True)  # started before the host, so stopped after it
async def broker(tmp_path: Path) -> AsyncIterator[ServiceBusServer]:
    server = ServiceBusServer(tmp_path / "servicebus", resources={"serviceBus": ENTITIES})
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def client(broker: ServiceBusServer) -> AsyncIterator[ServiceBusClient]:
    async with ServiceBusClient.from_connection_string(broker.connection_string) as client:
        yield client


@pytest.fixture
def settings(broker: ServiceBusServer, calls: Calls) -> dict[str, str]:
    return {"ServiceBus": broker.connection_string, "CALLS": str(calls.path), "QUEUE": "work"}
