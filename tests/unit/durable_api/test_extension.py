import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from localcloud.clock import SystemClock
from localcloud.durable.extension import DurableExtension
from localcloud.host.extension import HostServices
from localcloud.host.model import Datum, FunctionError, FunctionMetadata, HostError, Invocation, InvocationResult


class Silent:
    """A worker that answers every orchestrator with its end."""

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        return InvocationResult(Datum("json", '{"isDone":true,"schemaVersion":2,"actions":[[]],"output":"ok"}'))


def function(name: str, kind: str) -> FunctionMetadata:
    return FunctionMetadata(name, name, "", "", name, [{"name": "x", "type": kind, "direction": "IN"}])


@pytest.fixture
def services(tmp_path: Path) -> HostServices:
    return HostServices(
        app_dir=tmp_path,
        data_dir=tmp_path / "data",
        settings={},
        host_json={"extensions": {"durableTask": {"hubName": "MyHub"}}},
        clock=SystemClock(),
        invoker=Silent(),
        functions={"orch": function("orch", "orchestrationTrigger")},
        system_key=lambda name: f"key-of-{name}",
        public_url="http://localhost:7071",
        log=print,
        authorize=lambda request, key: web.Response(status=401) if "code" not in request.query else None,
    )


async def binding(extension: DurableExtension) -> dict[str, Any]:
    given = await extension.input({"type": "durableClient"}, function("f", "durableClient"), Invocation("f", {}))
    assert given.type == "string"
    found: dict[str, Any] = json.loads(given.value)
    return found


async def test_the_client_binding_leads_to_a_listener_that_starts_orchestrations(services: HostServices) -> None:
    extension = DurableExtension()
    await extension.start(services)
    try:
        client = await binding(extension)
        assert client["taskHubName"] == "MyHub"
        assert client["requiredQueryStringParameters"] == "code=key-of-durabletask_extension"
        url = client["rpcBaseUrl"] + "orchestrators/orch/i?timeout=10&pollingInterval=0.01"
        async with aiohttp.ClientSession() as http, http.post(url) as answer:
            assert (answer.status, await answer.json()) == (200, "ok")
    finally:
        await extension.stop()


async def test_a_restart_keeps_instances_and_address(services: HostServices) -> None:
    first, second = DurableExtension(), DurableExtension()
    await first.start(services)
    address = (await binding(first))["rpcBaseUrl"]
    await first.engine.start_new("orch", "kept", None)
    await first.engine.wait_idle()
    await first.stop()
    await second.start(services)
    try:
        state = await second.engine.get("kept")
        assert state is not None
        assert (state.output, (await binding(second))["rpcBaseUrl"]) == ('"ok"', address)
    finally:
        await second.stop()


async def test_webhooks_ask_the_host_for_permission(services: HostServices) -> None:
    extension = DurableExtension()
    await extension.start(services)
    try:
        handle = extension.webhooks()["durabletask"]
        path = "/runtime/webhooks/durabletask/instances/none"
        assert (await handle(make_mocked_request("GET", path))).status == 401
        assert (await handle(make_mocked_request("GET", f"{path}?code=x"))).status == 404
    finally:
        await extension.stop()


async def test_the_links_work_when_the_hubs_connection_has_no_setting(services: HostServices) -> None:
    provider = {"type": "azureManaged", "connectionStringName": "SCHEDULER"}
    extension = DurableExtension()
    await extension.start(replace(services, host_json={"extensions": {"durableTask": {"storageProvider": provider}}}))
    try:
        assert "connection=SCHEDULER&" in (await binding(extension))["managementUrls"]["statusQueryGetUri"]
        handle, path = extension.webhooks()["durabletask"], "/runtime/webhooks/durabletask/instances/none"
        assert (await handle(make_mocked_request("GET", f"{path}?code=x&connection=SCHEDULER"))).status == 404
        assert (await handle(make_mocked_request("GET", f"{path}?code=x&connection=OTHER"))).status == 500
    finally:
        await extension.stop()


async def test_an_app_without_durable_functions_opens_nothing(services: HostServices) -> None:
    extension = DurableExtension()
    await extension.start(replace(services, functions={"f": function("f", "httpTrigger")}))
    await extension.stop()
    assert not services.data_dir.exists()
    assert extension.webhooks() == {}


async def test_a_bad_hub_name_stops_the_host(services: HostServices) -> None:
    host_json = {"extensions": {"durableTask": {"hubName": "no-dashes"}}}
    with pytest.raises(HostError, match="no-dashes"):
        await DurableExtension().start(replace(services, host_json=host_json))


def test_entities_are_refused_by_name() -> None:
    with pytest.raises(FunctionError, match="'counter' is a durable entity"):
        DurableExtension().validate(function("counter", "entityTrigger"), {})
