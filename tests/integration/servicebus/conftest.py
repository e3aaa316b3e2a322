from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from azure.servicebus.aio import ServiceBusClient

from localcloud.servicebus.server import ServiceBusServer
from tests.integration.servicebus.second_client.process import SecondClient, second_client

RESOURCES = {
    "serviceBus": {
        "queues": [
            {"name": "orders", "lockDuration": "PT30S", "maxDeliveryCount": 2},
            {"name": "once", "requiresDuplicateDetection": True},
            {"name": "steps", "requiresSession": True},
            {"name": "entrance", "forwardTo": "orders"},
            {"name": "brief", "defaultMessageTimeToLive": "PT1M", "deadLetteringOnMessageExpiration": True},
        ],
        "topics": [
            {
                "name": "events",
                "subscriptions": [
                    {"name": "all"},
                    {
                        "name": "red",
                        "rules": [
                            {
                                "name": "red",
                                "sqlFilter": {"sqlExpression": "color = 'red' AND size > 2"},
                                "action": {"sqlExpression": "SET seen = 'yes'; REMOVE color"},
                            }
                        ],
                    },
                    {
                        "name": "paid",
                        "rules": [{"name": "paid", "correlationFilter": {"label": "paid", "properties": {"size": 1}}}],
                    },
                ],
            }
        ],
    }
}


@pytest.fixture
def resources() -> dict[str, Any]:
    """The entities of `server`; a module may override it."""
    return RESOURCES


@pytest.fixture
async def server(tmp_path: Path, resources: dict[str, Any]) -> AsyncIterator[ServiceBusServer]:
    running = ServiceBusServer(tmp_path, resources=resources)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def client(server: ServiceBusServer) -> AsyncIterator[ServiceBusClient]:
    async with ServiceBusClient.from_connection_string(server.connection_string, retry_total=0) as opened:
        yield opened


@pytest.fixture
async def rhea(server: ServiceBusServer) -> AsyncIterator[SecondClient]:
    async with second_client(server.port) as started:
        yield started
