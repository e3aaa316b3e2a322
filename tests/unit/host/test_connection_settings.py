import pytest
from azure.identity.aio import DefaultAzureCredential, ManagedIdentityCredential

from localcloud.host.triggers.connection_settings import connection_string, identity, member


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"X": "plain"}, "plain"),
        ({"X": "plain", "ConnectionStrings:X": "from ConnectionStrings"}, "from ConnectionStrings"),
        ({"X": "plain", "ConnectionStrings:X": "other", "AzureWebJobsX": "prefixed"}, "prefixed"),
        ({"X": ""}, None),
        ({"X__serviceUri": "https://x/"}, None),
    ],
)
def test_the_prefixed_name_comes_first_and_an_empty_setting_is_none(
    settings: dict[str, str], found: str | None
) -> None:
    assert connection_string(settings, "X") == found


def test_the_hosts_own_storage_is_not_prefixed_twice() -> None:
    assert connection_string({"AzureWebJobsStorage": "own"}, "AzureWebJobsStorage") == "own"


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"X__uri": "a", "X__other": "b"}, "a"),
        ({"X:other": "b"}, "b"),
        ({"X__uri": "a", "AzureWebJobsX__other": "b"}, "b"),
        ({"X__uri": ""}, None),
    ],
)
def test_members_are_looked_for_in_order(settings: dict[str, str], found: str | None) -> None:
    assert member(settings, "X", "uri", "other") == found


async def test_a_connection_says_whose_identity_it_uses() -> None:
    own, any_one = identity({"X__credential": "managedidentity", "X__clientId": "c"}, "X"), identity({}, "X")
    assert isinstance(own, ManagedIdentityCredential)
    assert isinstance(any_one, DefaultAzureCredential)
    await own.close()
    await any_one.close()
