"""How long events take from the outbox to the topic and to the read models of the running app.

python -m bench.relay_lag [events a second] [seconds] [runs]

The app runs on localcloud with everything it has; events of 50 products are written at a steady rate. The lag is the
time from the event's own time to its arrival at another subscription of the topic, on one clock.
"""

import asyncio
import json
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from azure.cosmos.aio import ContainerProxy, CosmosClient
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver

from localcloud.testing.app_process import AppProcess
from localcloud.wellknown import COSMOS_KEY
from shared.documents import event_document
from shared.messaging.entities import TOPIC

PRODUCTS = 50
SPECTATOR = "spectator"


def resources(folder: Path) -> Path:
    """The app's resources, and one more subscription that gets everything."""
    content = json.loads(Path("infra/resources.json").read_text(encoding="utf-8"))
    content["serviceBus"]["topics"][0]["subscriptions"].append({"name": SPECTATOR})
    changed = folder / "resources.json"
    changed.write_text(json.dumps(content), encoding="utf-8")
    return changed


async def write(container: ContainerProxy, rate: int, seconds: int, run: int) -> int:
    """Writes stock events at the rate, whatever the database takes for each; returns how many."""
    began, count = monotonic(), rate * seconds
    writing: list[asyncio.Task[None]] = []

    async def create(document: dict[str, Any]) -> None:
        await container.create_item(document)

    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / rate - monotonic()))
        product = f"bench-{number % PRODUCTS}"
        event = event_document(
            event_type="product.stock-changed",
            aggregate=product,
            sequence=run * count + number,
            actor="bench",
            now=datetime.now(UTC),
            data={"change": 1},
        )
        writing.append(asyncio.create_task(create({**event, "productId": product})))
    await asyncio.gather(*writing)
    return count


async def watch(receiver: ServiceBusReceiver, count: int) -> list[float]:
    """Seconds that each of so many events took."""
    lags: list[float] = []
    while len(lags) < count:
        for message in await receiver.receive_messages(count, max_wait_time=30):
            sent = datetime.fromisoformat(json.loads(str(message))["time"])
            assert message.enqueued_time_utc is not None
            lags.append((message.enqueued_time_utc - sent).total_seconds())
    return lags


async def applied(views: ContainerProxy) -> int:
    """How many events the read models have counted."""
    query = "SELECT c.id FROM c WHERE c.type = 'applied'"
    return len([found async for found in views.query_items(query)])


async def measure(app: AppProcess, rate: int, seconds: int, runs: int) -> None:
    """Prints one line for each run, and the median of the 95th percentiles."""
    settings: dict[str, Any] = app.ready["settings"]
    percentiles, total = [], 0
    async with (
        CosmosClient(str(app.ready["cosmos"]), COSMOS_KEY) as cosmos,
        ServiceBusClient.from_connection_string(settings["ServiceBus"]) as bus,
    ):
        shop = cosmos.get_database_client("shop")
        products, views = shop.get_container_client("products"), shop.get_container_client("views")
        async with bus.get_subscription_receiver(TOPIC, SPECTATOR, receive_mode="receiveanddelete") as receiver:
            for run in range(runs):
                watching = asyncio.create_task(watch(receiver, rate * seconds))
                total += await write(products, rate, seconds, run)
                written = monotonic()
                lags = sorted(await watching)
                while await applied(views) < total:  # noqa: ASYNC110 - another process counts
                    await asyncio.sleep(0.2)
                behind = monotonic() - written
                percentiles.append(lags[int(len(lags) * 0.95)])
                middle = statistics.median(lags)
                print(
                    f"{rate} events/s for {seconds} s: relay lag p50 {middle:.2f} s, p95 {percentiles[-1]:.2f} s, "
                    f"most {lags[-1]:.2f} s; read models complete {behind:.1f} s after the last"
                )
    print(f"median of the p95: {statistics.median(percentiles):.2f} s")


def main() -> None:
    """Runs the app and measures."""
    rate, seconds, runs = (int(given) for given in (*sys.argv[1:], *("100", "10", "5")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        app = AppProcess(Path.cwd(), folder, {}, "--quiet", "--resources", str(resources(folder)))
        app.start()
        try:
            asyncio.run(measure(app, rate, seconds, runs))
        finally:
            app.stop()


if __name__ == "__main__":
    main()
