"""Settings are checked together, and each error names the setting, the cause and the remedy."""

from datetime import timedelta

import pytest

from shared.settings import Settings, SettingsError

GOOD = {
    "CosmosDB__accountEndpoint": "https://shop.documents.azure.com",
    "KEY_VAULT_URL": "https://shop.vault.azure.net",
}


def test_two_settings_are_enough() -> None:
    settings = Settings.load(GOOD)
    assert settings.cosmos_endpoint == "https://shop.documents.azure.com"
    assert (settings.cosmos_database, settings.currency, settings.approval_limit_minor) == ("shop", "USD", 100_000)
    assert settings.approval_timeout == timedelta(hours=24)
    assert settings.reservation_ttl == timedelta(minutes=30)


def test_names_are_compared_without_case_and_empty_values_count_as_not_set() -> None:
    settings = Settings.load(
        {name.upper(): value for name, value in GOOD.items()} | {"CURRENCY": "", "bcrypt_cost": "4"}
    )
    assert (settings.currency, settings.bcrypt_cost) == ("USD", 4)


def test_every_error_is_named_at_once() -> None:
    wrong = {
        "CosmosDB": "AccountEndpoint=https://x;AccountKey=y",
        "BCRYPT_COST": "99",
        "RESERVATION_TTL": "half an hour",
        "ORDER_APPROVAL_LIMIT": "1.005",
    }
    with pytest.raises(SettingsError) as caught:
        Settings.load(wrong)
    named = {line.split()[1]: line for line in str(caught.value).splitlines()}
    assert set(named) == {"KEY_VAULT_URL", "BCRYPT_COST", "RESERVATION_TTL", "ORDER_APPROVAL_LIMIT"}
    assert named["KEY_VAULT_URL"].startswith("Setting KEY_VAULT_URL is missing. Set it in the app's settings")
    assert "'half an hour': it isn't an ISO 8601 duration; write it like PT30M" in named["RESERVATION_TTL"]
    assert "two decimals" in named["ORDER_APPROVAL_LIMIT"]


@pytest.mark.parametrize("duration", ["PT0S", "-PT5M", "P1M"])
def test_a_duration_is_longer_than_nothing_and_of_known_length(duration: str) -> None:
    with pytest.raises(SettingsError, match="RESERVATION_TTL"):
        Settings.load({**GOOD, "RESERVATION_TTL": duration})


def test_one_form_of_the_cosmos_connection_is_needed() -> None:
    with pytest.raises(SettingsError, match="CosmosDB: neither it nor CosmosDB__accountEndpoint is set"):
        Settings.load({"KEY_VAULT_URL": "https://shop.vault.azure.net"})


def test_a_connection_string_doesnt_show_in_logs() -> None:
    settings = Settings.load({**GOOD, "CosmosDB": "AccountEndpoint=https://x;AccountKey=c2VjcmV0;"})
    assert "c2VjcmV0" not in repr(settings)


def test_an_upload_url_lasts_a_quarter_of_an_hour_at_most() -> None:
    assert Settings.load({**GOOD, "UPLOAD_LIFETIME": "PT5M"}).upload_lifetime == timedelta(minutes=5)
    with pytest.raises(SettingsError, match="Setting UPLOAD_LIFETIME is 'PT16M': an upload URL lasts PT15M at most"):
        Settings.load({**GOOD, "UPLOAD_LIFETIME": "PT16M"})


def test_uploads_need_an_account_in_either_form() -> None:
    assert not Settings.load(GOOD).takes_uploads
    assert Settings.load({**GOOD, "Uploads": "AccountName=x;AccountKey=eA=="}).takes_uploads
    assert Settings.load({**GOOD, "Uploads__blobServiceUri": "https://x.blob.core.windows.net"}).takes_uploads


@pytest.mark.parametrize(
    ("name", "value", "lacking"),
    [
        ("CosmosDB", "sesame", "AccountEndpoint"),
        ("CosmosDB", "AccountEndpoint=https://x;AccountKey=;Other=sesame", "AccountKey"),
        ("ServiceBus", "Endpoint=sb://x;SharedAccessKey=sesame", "SharedAccessKeyName"),
        ("Uploads", "AccountName=sesame", "AccountKey"),
    ],
)
def test_a_connection_string_is_told_by_what_it_lacks_and_never_shown(name: str, value: str, lacking: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load({**GOOD, name: value})
    told = str(caught.value)
    assert told.startswith(f"Setting {name} can't be used: it isn't a connection string ")
    assert told.endswith(f"; {lacking} is missing. Correct it.")
    assert "sesame" not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [("ServiceBus__fullyQualifiedNamespace", "https://x/"), ("CosmosDB__accountEndpoint", "shop.documents.azure.com")],
)
def test_an_address_of_another_form_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^Setting {name} is '{value}'"):
        Settings.load({**GOOD, name: value})
