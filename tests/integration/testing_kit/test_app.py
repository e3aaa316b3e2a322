"""The `app` fixture: the shop really running, every part a process that can be killed."""

from functools import partial

import pytest
from azure.cosmos.aio import CosmosClient
from azure.identity.aio import DefaultAzureCredential

from localcloud.testing.app import App
from localcloud.testing.app_process import AppProcess
from tests.waiting import until


async def healthy(app: App, path: str = "/api/health/ready") -> bool:
    async with app.http.get(path) as answer:
        return answer.status == 200


async def test_the_app_serves_and_the_durable_api_takes_the_system_key(app: App) -> None:
    assert await healthy(app)
    assert await app.durable.status("no-such-instance") is None
    assert await app.durable.instances(instanceIdPrefix="no-such-") == []
    async with app.http.get("/runtime/webhooks/durabletask/instances/no-such-instance?code=wrong") as answer:
        assert answer.status == 401


@pytest.mark.parametrize("part", ["cosmos", "identity", "host"])
async def test_a_restarted_part_has_its_data_and_the_app_goes_on(app: App, part: str) -> None:
    before = app.process.ready

    await app.restart(part)

    after = app.process.ready
    assert after["pids"][part] != before["pids"][part]
    assert {**after, "pids": 0} == {**before, "pids": 0}
    await until(partial(healthy, app), what="the app's clients have repeated their requests")


async def test_the_settings_lead_the_tests_own_clients_to_the_same_data(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.setenv(name, app.settings[name])
    endpoint = app.settings["CosmosDB__accountEndpoint"]
    async with DefaultAzureCredential() as credential, CosmosClient(endpoint, credential) as client:
        found = client.get_database_client("shop").get_container_client("products")
        assert (await found.read())["partitionKey"]["paths"] == ["/productId"]


async def test_a_killed_worker_is_replaced_by_its_host(app: App, app_process: AppProcess) -> None:
    await app.kill("worker")
    await until(partial(healthy, app, "/api/health"), 30)
    assert app_process.ready["host"] == app.url
