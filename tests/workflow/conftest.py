"""The world that the order workflow's tests act in."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

import activities
import orchestrations
from localcloud.testing.cloud import Cloud
from localcloud.testing.workflow import Workflow
from shared.clients import close_clients
from tests.workflow.order_world import OrderWorld


@pytest.fixture
async def world(
    cloud: Cloud, workflow: Callable[..., Workflow], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[OrderWorld]:
    """An empty shop. Limits are the defaults: approval over 1000.00, 15 minutes for a step."""
    for name, value in cloud.settings.items():
        monkeypatch.setenv(name, value)
    sources: list[Any] = [*orchestrations.blueprints, *activities.blueprints]
    yield OrderWorld(workflow(sources))
    await close_clients()
