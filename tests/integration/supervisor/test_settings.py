"""The settings in the repository lead to the stand-ins on their default ports, and each form is complete."""

import json

import pytest

from localcloud.identity.server import DEFAULT_PORT, DEFAULT_VAULT_PORT, HEADER
from localcloud.supervisor.ports import Ports
from localcloud.supervisor.settings import connection_string_form, identity_form, of_parts, storage_connection

IDENTITY = {
    "IDENTITY_ENDPOINT": f"http://127.0.0.1:{Ports.identity}/msi/token",
    "IDENTITY_HEADER": HEADER,
    "KEY_VAULT_URL": f"https://127.0.0.1:{Ports.vault}",
}


def test_local_settings_fit_the_default_ports(pytestconfig: pytest.Config) -> None:
    values = json.loads((pytestconfig.rootpath / "local.settings.json").read_text())["Values"]
    expected = connection_string_form(Ports(), IDENTITY)

    assert {name: values[name] for name in (*IDENTITY, "CosmosDB", "ServiceBus", "FUNCTIONS_WORKER_RUNTIME")} == {
        name: expected[name] for name in (*IDENTITY, "CosmosDB", "ServiceBus", "FUNCTIONS_WORKER_RUNTIME")
    }
    assert values["AzureWebJobsStorage"] == "UseDevelopmentStorage=true"
    assert values["SSL_CERT_FILE"] == values["REQUESTS_CA_BUNDLE"] == ".localcloud/certificates/bundle.pem"


def test_the_identity_form_holds_no_cosmos_key_and_hides_a_connection_string() -> None:
    form = identity_form(Ports(), IDENTITY)

    assert form["CosmosDB"] == ""
    assert form["CosmosDB__accountEndpoint"] == "https://localhost:8082/"
    assert form["AzureWebJobsStorage"] == storage_connection(Ports())
    assert IDENTITY.items() <= form.items()


def test_the_default_ports_are_the_official_ones_and_the_identity_agrees() -> None:
    ports = Ports()
    assert (ports.host, ports.cosmos, ports.blob, ports.queue, ports.table) == (7071, 8081, 10000, 10001, 10002)
    assert (ports.identity, ports.vault) == (DEFAULT_PORT, DEFAULT_VAULT_PORT)


def test_free_ports_all_differ() -> None:
    ports = vars(Ports.free())
    assert len(set(ports.values())) == len(ports) == 11


def test_settings_of_parts_that_do_not_run_are_left_out() -> None:
    form = connection_string_form(Ports(), IDENTITY)
    assert of_parts(form, ["cosmos"]).keys() == {"CosmosDB", "FUNCTIONS_WORKER_RUNTIME"}
    assert of_parts(form, ["identity"]).keys() == {*IDENTITY, "FUNCTIONS_WORKER_RUNTIME"}
    assert of_parts(form, ["cosmos", "servicebus", "identity", "azurite"]) == form
