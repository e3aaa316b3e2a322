"""The Cosmos DB trigger on the real host beside the stand-in."""

import json

from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, DatabaseProxy

from localcloud.cosmos.server import CosmosServer
from tests.integration.host_cosmos.apps import feed_app
from tests.integration.host_cosmos.conftest import Status
from tests.integration.host_cosmos.leases import leases_of, listening
from tests.integration.hosts import Calls, Start
from tests.waiting import until, until_true


async def test_new_items_reach_the_function_as_recorded(
    start: Start, database: DatabaseProxy, items: ContainerProxy, calls: Calls, settings: dict[str, str]
) -> None:
    await start(feed_app("note(docs[0].to_json())"), settings=settings, workers=1)
    await listening(database)
    document = {"id": "1", "pk": "a", "s": "äö", "f": 1.5, "nul": None, "o": {"x": [1, 2.0]}}
    stored = await items.create_item({**document, "d": "2024-01-02T03:04:05Z", "big": 12345678901234567890})
    await until_true(calls.all)
    [text] = calls.all()
    assert json.loads(text) == {**stored, "_lsn": 1}
    assert list(json.loads(text))[-6:] == ["_rid", "_self", "_etag", "_attachments", "_ts", "_lsn"]


async def test_every_change_once_in_order_in_batches(
    start: Start, database: DatabaseProxy, items: ContainerProxy, calls: Calls, settings: dict[str, str]
) -> None:
    for number in range(7):
        await items.create_item({"id": str(number), "pk": "a"})
    await start(feed_app(start_from_beginning=True, max_items_per_invocation=3), settings=settings)
    await until_true(lambda: len(calls.ids()) >= 7)
    assert [len(batch) for batch in calls.all()] == [3, 3, 1]
    assert calls.ids() == [str(number) for number in range(7)]
    await items.upsert_item({"id": "2", "pk": "a", "changed": True})
    await until_true(lambda: len(calls.ids()) >= 8)
    assert calls.all()[-1][0]["changed"] is True


async def test_the_lease_container_is_made_and_holds_what_the_processor_of_net_writes(
    start: Start, database: DatabaseProxy, items: ContainerProxy, settings: dict[str, str]
) -> None:
    await start(feed_app(lease_container_prefix="views-"), settings=settings)
    lease = await listening(database)
    properties = await items.read()
    _, database_rid, _, container_rid = properties["_self"].strip("/").split("/")
    prefix = f"views-localhost_{database_rid}_{container_rid}"
    assert lease["id"] == f"{prefix}..0"
    assert lease["ContinuationToken"] == '"0"'
    assert lease["FeedRange"] == {"Range": {"min": "", "max": "FF"}}
    assert (lease["LeaseToken"], lease["Mode"], lease["version"]) == ("0", "Incremental Feed", 0)
    leases = database.get_container_client("leases")
    assert (await leases.read())["defaultTtl"] == -1
    assert (await leases.read_item(f"{prefix}.info", f"{prefix}.info"))["id"] == f"{prefix}.info"
    everything = [one["id"] async for one in leases.read_all_items()]
    assert sorted(everything) == [f"{prefix}..0", f"{prefix}.info"]


async def test_stopping_releases_and_the_next_host_goes_on(
    start: Start, database: DatabaseProxy, items: ContainerProxy, calls: Calls, settings: dict[str, str]
) -> None:
    first = await start(feed_app(), settings=settings)
    await listening(database)
    await items.create_item({"id": "1", "pk": "a"})
    await until_true(calls.all)
    await first.host.stop()
    [lease] = await leases_of(database)
    assert (lease["Owner"], lease["ContinuationToken"]) == (None, '"1"')
    await items.create_item({"id": "2", "pk": "a"})
    await start(feed_app(), settings=settings)
    await until_true(lambda: len(calls.ids()) >= 2)
    assert calls.ids() == ["1", "2"]


async def test_a_failure_without_policy_skips_the_batch(
    start: Start, database: DatabaseProxy, items: ContainerProxy, calls: Calls, settings: dict[str, str]
) -> None:
    body = "note([{'id': doc['id']} for doc in docs]); assert docs[0]['id'] != 'bad'"
    host = await start(feed_app(body), settings=settings)
    await listening(database)
    await items.create_item({"id": "bad", "pk": "a"})
    await until_true(calls.all)
    await items.create_item({"id": "good", "pk": "a"})
    await until_true(lambda: "good" in calls.ids())
    assert calls.ids() == ["bad", "good"]
    assert any("AssertionError" in line for line in host.log)


async def test_a_retry_policy_repeats_the_same_batch(
    start: Start, database: DatabaseProxy, items: ContainerProxy, calls: Calls, settings: dict[str, str]
) -> None:
    retry = '@app.retry(strategy="fixed_delay", max_retry_count="2", delay_interval="00:00:00")'
    body = (
        "note([{'id': doc['id'], 'try': context.retry_context.retry_count} for doc in docs]); "
        "assert docs[0]['id'] != 'bad'"
    )
    code = feed_app(body, retry=retry, context=", context: func.Context")
    host = await start(code, settings=settings)
    await listening(database)
    await items.create_item({"id": "bad", "pk": "a"})
    await until_true(lambda: len(calls.all()) >= 3)
    await items.create_item({"id": "good", "pk": "a"})
    await until_true(lambda: "good" in calls.ids())
    assert [(one["id"], one["try"]) for batch in calls.all() for one in batch] == [
        ("bad", 0),
        ("bad", 1),
        ("bad", 2),
        ("good", 0),
    ]
    assert any("Next attempt: '2'. Max retry count: '2'" in line for line in host.log)


PING = """
@app.route("ping")
def ping(req: func.HttpRequest) -> str:
    return "pong"
"""


async def test_a_missing_container_stops_that_function_alone_until_it_is_there(
    start: Start, database: DatabaseProxy, calls: Calls, settings: dict[str, str], status: Status
) -> None:
    host = await start(feed_app() + PING, settings=settings)

    async def failed() -> bool:
        return "source container 'items' (in database 'shop')" in await status(host)

    await until(failed)
    assert await host.get("/api/ping") == (200, "pong")
    assert any("The listener for function 'Functions.feed' was unable to start." in line for line in host.log)
    items = await database.create_container("items", PartitionKey("/pk"))
    await items.create_item({"id": "1", "pk": "a"})
    await until_true(calls.all)
    assert calls.ids() == ["1"]
    assert await status(host) == "{}"


async def test_a_missing_connection_is_an_error_of_that_function_alone(start: Start, status: Status) -> None:
    host = await start(feed_app() + PING)
    assert "Cosmos DB connection configuration 'CosmosDB' does not exist." in await status(host)
    assert any("Cosmos DB connection configuration 'CosmosDB'" in line for line in host.log)
    assert await host.get("/api/ping") == (200, "pong")


async def test_a_database_that_is_away_for_a_while_costs_nothing(
    start: Start, server: CosmosServer, calls: Calls, settings: dict[str, str], items: ContainerProxy
) -> None:
    host = await start(feed_app(start_from_beginning=True), settings=settings)
    await items.create_item({"id": "1", "pk": "a"})
    await until_true(calls.all)
    await server.stop()
    await until_true(lambda: any("can't be reached" in line for line in host.log))
    await server.start()
    await items.create_item({"id": "2", "pk": "a"})
    await until_true(lambda: len(calls.all()) > 1)
    assert calls.ids() == ["1", "2"]


async def test_a_database_that_starts_after_the_host_is_found(
    start: Start, server: CosmosServer, calls: Calls, settings: dict[str, str], *, items: ContainerProxy, status: Status
) -> None:
    await server.stop()
    host = await start(feed_app(start_from_beginning=True) + PING, settings=settings)

    async def failed() -> bool:
        return await status(host) != "{}"

    await until(failed)
    assert await host.get("/api/ping") == (200, "pong")
    await server.start()
    await items.create_item({"id": "1", "pk": "a"})
    await until_true(calls.all)
    assert calls.ids() == ["1"]
    assert await status(host) == "{}"


async def test_a_container_that_is_made_anew_is_read_from_its_own_beginning(
    start: Start, database: DatabaseProxy, items: ContainerProxy, calls: Calls, settings: dict[str, str]
) -> None:
    for number in range(3):
        await items.create_item({"id": str(number), "pk": "a"})
    await start(feed_app(start_from_beginning=True), settings=settings)
    await until_true(lambda: len(calls.ids()) >= 3)
    await database.delete_container("items")
    fresh = await database.create_container("items", PartitionKey("/pk"))
    await fresh.create_item({"id": "new", "pk": "a"})
    await until_true(lambda: len(calls.ids()) >= 4)
    assert calls.ids() == ["0", "1", "2", "new"]
