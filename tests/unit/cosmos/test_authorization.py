"""Signatures and tokens. The signatures are made by the SDK's own function, so that both sides can't be wrong alike."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from azure.cosmos import auth

from localcloud.cosmos.authorization import Identity, authorize, require_data_plane, signed_resource
from localcloud.cosmos.errors import CosmosError
from localcloud.identity.tokens import issue
from localcloud.wellknown import COSMOS_KEY

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
WRONG_KEY = "d3Jvbmc="


def sdk_authorization(
    method: str, kind: str, link: str, headers: dict[str, str], *, by_name: bool = True, key: str = COSMOS_KEY
) -> str:
    connection = SimpleNamespace(master_key=key, resource_tokens=None)
    sign: Callable[..., str] = auth._get_authorization_header  # noqa: SLF001 - the SDK's own signature is the yardstick
    return sign(connection, method, "", link, by_name, kind, headers)


def sdk_headers(
    method: str, kind: str, link: str, *, by_name: bool = True, key: str = COSMOS_KEY, date: datetime = NOW
) -> dict[str, str]:
    headers = {"x-ms-date": format_datetime(date, usegmt=True)}
    token = sdk_authorization(method, kind, link, headers, by_name=by_name, key=key)
    return headers | {"authorization": quote(token, "-_.!~*'()")}


def identify(method: str, path: str, headers: dict[str, str], host: str = "localhost") -> Identity:
    return authorize(method, path, headers, now=NOW, audience_host=host)


PATHS = [
    ("GET", "/", "", ""),
    ("POST", "/dbs", "dbs", ""),
    ("POST", "/dbs/", "dbs", ""),
    ("GET", "/dbs/Shop/", "dbs", "dbs/Shop"),
    ("POST", "/dbs/Shop/colls/", "colls", "dbs/Shop"),
    ("GET", "/dbs/Shop/colls/Items", "colls", "dbs/Shop/colls/Items"),
    ("POST", "/dbs/Shop/colls/Items/docs/", "docs", "dbs/Shop/colls/Items"),
    ("GET", "/dbs/Shop/colls/Items/docs/I/", "docs", "dbs/Shop/colls/Items/docs/I"),
    ("GET", "/dbs/Shop/colls/Items/docs/a%20b%2Bc%25d%27%C3%A9/", "docs", "dbs/Shop/colls/Items/docs/a b+c%d'é"),
    ("GET", "/dbs/Shop/colls/Items/docs/I?x=1", "docs", "dbs/Shop/colls/Items/docs/I"),
    ("GET", "/dbs/Shop/colls/Items/pkranges/", "pkranges", "dbs/Shop/colls/Items"),
    ("POST", "/dbs/Shop/colls/Items/operations/partitionkeydelete/", "colls", "dbs/Shop/colls/Items"),
    ("POST", "/offers", "offers", ""),
    ("PUT", "/offers/aBcD", "offers", "abcd"),
    ("GET", "/dbs/abcdefgh/colls/Items", "colls", "dbs/abcdefgh/colls/Items"),
]


@pytest.mark.parametrize(("method", "path", "kind", "link"), PATHS)
def test_the_sdks_signature_is_accepted(method: str, path: str, kind: str, link: str) -> None:
    assert signed_resource(path) == (kind, link)
    assert identify(method, path, sdk_headers(method, kind, link)) == Identity("key")


@pytest.mark.parametrize(
    ("path", "kind", "rid"),
    [
        ("/dbs/avGvKA==/", "dbs", "avGvKA=="),
        ("/dbs/avGvKA==/colls/avGvKMx3ITc=/pkranges", "pkranges", "avGvKMx3ITc="),
        ("/dbs/avGvKA==/colls/avG-KMx3ITc=/docs", "docs", "avG-KMx3ITc="),
        ("/dbs/avGvKA%3D%3D/colls/avGvKMx3ITc%3D/", "colls", "avGvKMx3ITc="),
    ],
)
def test_paths_of_resource_ids_sign_the_last_one_in_lower_case(path: str, kind: str, rid: str) -> None:
    assert identify("GET", path, sdk_headers("GET", kind, rid, by_name=False)) == Identity("key")


@pytest.mark.parametrize("encoded", [True, False])
def test_both_encodings_of_both_kinds(encoded: bool) -> None:
    plain = {
        "key": f"type=master&ver=1.0&sig={_signature()}",
        "aad": f"type=aad&ver=1.0&sig={issue('https://localhost', NOW)}",
    }
    for kind, text in plain.items():
        given = quote(text, safe="").replace("%3D", "%3d") if encoded else text
        headers = {"x-ms-date": format_datetime(NOW, usegmt=True), "authorization": given}
        assert identify("GET", "/dbs/a", headers).kind == kind


def _signature() -> str:
    text = sdk_authorization("GET", "dbs", "dbs/a", {"x-ms-date": format_datetime(NOW, usegmt=True)})
    return text.partition("sig=")[2]


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({}, "Required Header authorization is missing"),
        ({"authorization": ""}, "Required Header authorization is missing"),
        ({"authorization": "Bearer abc"}, "required format"),
        ({"authorization": "type%3Dresource%26ver%3D1.0%26sig%3Dx"}, "Resource tokens are not built"),
        ({"authorization": "type=master&ver=1.0&sig=AAAA"}, "The wrong key is being used"),
        ({"authorization": "type=master&ver=1.0&sig=é"}, "The wrong key is being used"),
        ({"authorization": "type=aad&ver=1.0&sig=abc"}, "Request blocked by Auth"),
        (sdk_headers("GET", "dbs", "dbs/a", key=WRONG_KEY), "The wrong key is being used"),
        (sdk_headers("GET", "dbs", "dbs/b"), "'get\\ndbs\\ndbs/a\\nsun, 01 mar 2026 12:00:00 gmt\\n\\n'"),
        (sdk_headers("PUT", "dbs", "dbs/a"), "The wrong key is being used"),
    ],
)
def test_what_proves_nothing_is_a_401_that_says_why(headers: dict[str, str], words: str) -> None:
    with pytest.raises(CosmosError) as refused:
        identify("GET", "/dbs/a", headers)
    assert refused.value.status == 401
    assert words in refused.value.message


@pytest.mark.parametrize("off", [timedelta(minutes=16), timedelta(minutes=-16)])
def test_a_signature_of_another_time_is_a_403(off: timedelta) -> None:
    with pytest.raises(CosmosError) as refused:
        identify("GET", "/dbs/a", sdk_headers("GET", "dbs", "dbs/a", date=NOW + off))
    assert refused.value.status == 403
    assert "not valid at the current time" in refused.value.message
    assert identify("GET", "/dbs/a", sdk_headers("GET", "dbs", "dbs/a", date=NOW + off * 14 / 16)).kind == "key"


@pytest.mark.parametrize(
    ("audience", "host", "accepted"),
    [
        ("https://localhost", "localhost", True),
        ("https://127.0.0.1/", "127.0.0.1", True),
        ("https://cosmos.azure.com", "localhost", True),
        ("https://127.0.0.1", "localhost", False),
        ("https://vault.azure.net", "localhost", False),
    ],
)
def test_tokens_are_for_the_accounts_host_or_for_cosmos_db(audience: str, host: str, accepted: bool) -> None:
    headers = {"authorization": f"type=aad&ver=1.0&sig={issue(audience, NOW)}"}
    if accepted:
        assert identify("GET", "/dbs/a", headers, host) == Identity("aad")
        return
    with pytest.raises(CosmosError) as refused:
        identify("GET", "/dbs/a", headers, host)
    assert refused.value.status == 401


@pytest.mark.parametrize(
    ("method", "kind", "is_query", "allowed"),
    [
        ("GET", "dbs", False, True),
        ("GET", "colls", False, True),
        ("POST", "colls", True, True),
        ("POST", "docs", False, True),
        ("POST", "operations", False, True),
        ("DELETE", "docs", False, True),
        ("POST", "dbs", False, False),
        ("DELETE", "dbs", False, False),
        ("POST", "colls", False, False),
        ("PUT", "colls", False, False),
        ("DELETE", "colls", False, False),
        ("POST", "offers", True, False),
        ("PUT", "offers", False, False),
    ],
)
def test_a_token_reaches_items_and_only_reads_what_holds_them(
    method: str, kind: str, is_query: bool, allowed: bool
) -> None:
    require_data_plane(Identity("key"), method, kind, is_query=is_query)
    if allowed:
        require_data_plane(Identity("aad"), method, kind, is_query=is_query)
        return
    with pytest.raises(CosmosError) as refused:
        require_data_plane(Identity("aad"), method, kind, is_query=is_query)
    assert (refused.value.status, refused.value.substatus) == (403, 5300)
