"""The outbox relay: events lie beside what they tell of, the change feed brings them, the topic gets them.

From the beginning, in order for each aggregate, as often as it takes: what is sent twice has the same message id.
The lease of an instance that died is taken over after 15 to 20 seconds; Azure's defaults would make it 73.
"""

import os
from collections.abc import Callable
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from shared.clients import clients
from shared.events.relay import relay
from shared.settings import Settings

blueprint = df.Blueprint()

_DATABASE = os.environ.get("COSMOS_DATABASE") or Settings.model_fields["cosmos_database"].default
"""Read when the app is loaded: a `%COSMOS_DATABASE%` in the binding would know no default."""


def _changes_of(container: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declares a function that gets every change of a container, the same ones again for as long as it fails."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        patient = blueprint.retry(
            strategy="exponential_backoff",
            max_retry_count="-1",
            minimum_interval="00:00:01",
            maximum_interval="00:00:30",
        )
        triggered = blueprint.cosmos_db_trigger(
            arg_name="documents",
            connection="CosmosDB",
            database_name=_DATABASE,
            container_name=container,
            lease_container_name="leases",
            lease_container_prefix=f"{container}-",
            feed_poll_delay=500,
            lease_acquire_interval=5_000,
            lease_renew_interval=5_000,
            lease_expiration_interval=15_000,
            start_from_beginning=True,
        )
        declared: Callable[..., Any] = triggered(patient(function))
        return declared

    return declare


@_changes_of("orders")
async def relay_order_events(documents: func.DocumentList) -> None:
    """Sends what has happened to orders."""
    await relay(documents, clients().publisher())


@_changes_of("products")
async def relay_product_events(documents: func.DocumentList) -> None:
    """Sends what has happened to products and their stock."""
    await relay(documents, clients().publisher())
