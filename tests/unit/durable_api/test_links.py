import json

import pytest

from localcloud.durable.api.links import Links, public_origin
from localcloud.durable.connections import knows_connection, shown_connection


@pytest.mark.parametrize(
    ("host_name", "origin"),
    [
        ("localhost:7071", "http://localhost:7071"),
        ("127.0.0.1:7071", "https://127.0.0.1:7071"),
        ("shop.azurewebsites.net", "https://shop.azurewebsites.net"),
    ],
)
def test_only_localhost_is_plain_http(host_name: str, origin: str) -> None:
    assert public_origin(host_name) == origin


def test_the_binding_has_the_placeholders_that_the_sdk_fills_in() -> None:
    binding = json.loads(Links("Hub", "Storage", "k").binding("https://h", "http://127.0.0.1:1/durabletask/"))
    assert binding["taskHubName"] == "Hub"
    assert binding["rpcBaseUrl"] == "http://127.0.0.1:1/durabletask/"
    assert binding["managementUrls"]["rewindPostUri"] == (
        "https://h/runtime/webhooks/durabletask/instances/INSTANCEID/rewind"
        "?reason={text}&taskHub=Hub&connection=Storage&code=k"
    )
    assert list(binding["managementUrls"])[:2] == ["id", "statusQueryGetUri"]


@pytest.mark.parametrize(
    ("name", "known"), [("Storage", True), ("other", True), ("Named", True), ("Cs", True), ("Nope", False)]
)
def test_connections_are_known_by_any_of_their_spellings(name: str, known: bool) -> None:
    settings = {"AzureWebJobsOther": "x", "Named__blobServiceUri": "y", "ConnectionStrings:Cs": "z"}
    assert knows_connection(settings, name) is known


def test_links_show_the_connection_that_host_json_names() -> None:
    assert shown_connection({}) == "Storage"
    section = {"extensions": {"durableTask": {"storageProvider": {"connectionName": "Mine"}}}}
    assert shown_connection(section) == "Mine"
