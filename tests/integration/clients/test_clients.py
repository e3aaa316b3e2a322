"""Both forms of the connection convention reach the same database; clients are built once and can be closed."""

import pytest

from localcloud.testing.cloud import Cloud
from shared.clients import clients, close_clients, container, settings
from shared.settings import SettingsError


@pytest.mark.parametrize("form", ["settings", "connection_strings"])
async def test_either_form_of_the_connection_works(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    for name, value in getattr(cloud, form).items():
        monkeypatch.setenv(name, value)
    await container("requests").create_item({"id": form})
    assert (await container("requests").read_item(form, partition_key=form))["id"] == form
    assert (await clients().secrets().get_secret("jwt-signing-key")).value
    assert (settings().cosmos_connection is None) == (form == "settings")
    await close_clients()


async def test_a_loop_has_its_clients_once_until_they_are_closed(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in cloud.settings.items():
        monkeypatch.setenv(name, value)
    first = clients()
    assert clients() is first
    await close_clients()
    await close_clients()
    assert clients() is not first
    await close_clients()


async def test_a_storage_account_that_no_setting_names_is_told(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in cloud.settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match="Setting Uploads: neither it nor Uploads__blobServiceUri is set"):
        clients().blobs()
    with pytest.raises(SettingsError, match="Setting Uploads: neither it nor Uploads__queueServiceUri is set"):
        clients().queues()
    await close_clients()


async def test_wrong_settings_are_told_each_time_until_they_are_right(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**cloud.settings, "BCRYPT_COST": "99"}.items():
        monkeypatch.setenv(name, value)
    for _ in range(2):
        with pytest.raises(SettingsError, match="Setting BCRYPT_COST is '99'"):
            clients()
    monkeypatch.setenv("BCRYPT_COST", "4")
    assert clients().settings.bcrypt_cost == 4
    await close_clients()
