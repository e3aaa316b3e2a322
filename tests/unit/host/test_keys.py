import json
import re
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request
from aiohttp.web import Request

from localcloud.host.authorization import Authorization, Standing
from localcloud.host.keys import KeyFileError, KeyStore, generate_key
from localcloud.host.model import FunctionMetadata

CONTENT = {
    "masterKey": {"name": "master", "value": "M", "encrypted": False},
    "functionKeys": [{"name": "default", "value": "HostKey", "encrypted": False}],
    "systemKeys": [{"name": "durabletask_extension", "value": "S", "encrypted": False}],
    "hostName": None,
    "instanceId": "0",
    "source": "runtime",
}


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    (tmp_path / "host.json").write_text(json.dumps(CONTENT))
    (tmp_path / "own.json").write_text(json.dumps({"keys": [{"name": "default", "value": "OwnKey"}]}))
    return KeyStore(tmp_path)


def function(name: str, level: str | None = None) -> FunctionMetadata:
    binding = {"type": "httpTrigger", "name": "req"} | ({"authLevel": level} if level else {})
    return FunctionMetadata(name, "", "", "", name, [binding])


def request(path: str = "/api/x", **headers: str) -> Request:
    return make_mocked_request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_a_made_key_has_the_shape_of_azures() -> None:
    assert re.fullmatch(r"[\w-]{40,}AzFu[\w=-]{6,12}", generate_key())
    assert len(generate_key()) == 56


def test_keys_are_read_from_files(store: KeyStore) -> None:
    assert (store.master, store.host, store.system) == ("M", {"default": "HostKey"}, {"durabletask_extension": "S"})
    assert store.function("OWN") == {"default": "OwnKey"}
    assert store.function("other") == {}


def test_an_empty_folder_gets_keys_that_stay(tmp_path: Path) -> None:
    first = KeyStore(tmp_path / "new")
    assert KeyStore(tmp_path / "new").master == first.master
    made = first.system_key("durabletask_extension")
    again = KeyStore(tmp_path / "new")
    assert again.system_key("durabletask_extension") == made
    assert again.host == first.host


def test_unknown_content_of_the_key_file_is_kept(store: KeyStore, tmp_path: Path) -> None:
    store.host["mine"] = "x"
    store.save_host()
    written = json.loads((tmp_path / "host.json").read_text())
    assert written == CONTENT | {
        "functionKeys": [*CONTENT["functionKeys"], {"name": "mine", "value": "x", "encrypted": False}]  # type: ignore[misc]  # a literal's type
    }


def test_a_broken_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text("{")
    with pytest.raises(KeyFileError, match=r"host\.json can't be read"):
        KeyStore(tmp_path)
    assert (tmp_path / "host.json").read_text() == "{"


@pytest.mark.parametrize(
    ("level", "key", "passes"),
    [
        ("ANONYMOUS", "", True),
        ("FUNCTION", "", False),
        (None, "", False),
        ("FUNCTION", "HostKey", True),
        ("FUNCTION", "OwnKey", True),
        ("FUNCTION", "M", True),
        ("FUNCTION", "S", False),
        ("FUNCTION", "hostkey", False),
        ("ADMIN", "HostKey", False),
        ("ADMIN", "M", True),
        ("SYSTEM", "S", True),
        ("SYSTEM", "HostKey", False),
        ("nonsense", "", True),
    ],
)
def test_levels(store: KeyStore, level: str | None, key: str, passes: bool) -> None:
    authorization = Authorization(store, enabled=True)
    headers = {"x_functions_key": key} if key else {}
    assert authorization.may_call(request(**headers), function("own", level)) is passes


def test_where_the_key_is_looked_for(store: KeyStore) -> None:
    def passes(path: str, **headers: str) -> bool:
        return Authorization(store, enabled=True).may_call(request(path, **headers), function("f"))

    assert passes("/api/x?code=HostKey")
    assert passes("/api/x?CODE=HostKey")
    assert not passes("/api/x?code=no&code=HostKey")
    assert not passes("/api/x?code=HostKey", x_functions_key="no")
    assert not passes("/api/x", Authorization="Bearer HostKey")


def test_another_functions_key_is_unknown(store: KeyStore) -> None:
    authorization = Authorization(store, enabled=True)
    assert authorization.standing("OwnKey", "own") is Standing.FUNCTION
    assert authorization.standing("OwnKey", "other") is Standing.UNKNOWN


def test_a_used_key_passes_in_any_case_until_keys_change(store: KeyStore) -> None:
    authorization = Authorization(store, enabled=True)
    assert authorization.standing("HOSTKEY", "f") is Standing.UNKNOWN
    assert authorization.standing("HostKey", "f") is Standing.FUNCTION
    assert authorization.standing("HOSTKEY", "f") is Standing.FUNCTION
    store.save_host()
    assert authorization.standing("HOSTKEY", "f") is Standing.UNKNOWN


def test_admin_and_webhook_refusals(store: KeyStore) -> None:
    authorization = Authorization(store, enabled=True)
    assert authorization.refuse_admin(request(x_functions_key="M")) is None
    unknown = authorization.refuse_admin(request())
    lesser = authorization.refuse_admin(request(x_functions_key="S"))
    assert unknown is not None
    assert lesser is not None
    assert (unknown.status, unknown.headers["WWW-Authenticate"], lesser.status) == (401, "Bearer", 403)
    assert authorization.refuse_webhook(request(x_functions_key="S"), "durabletask_extension") is None
    other = authorization.refuse_webhook(request(x_functions_key="HostKey"), "durabletask_extension")
    assert other is not None
    assert other.status == 403


def test_without_enforcement_everything_passes(store: KeyStore) -> None:
    authorization = Authorization(store, enabled=False)
    assert authorization.may_call(request(), function("f", "ADMIN"))
    assert authorization.refuse_admin(request()) is None


def test_keys_made_for_a_file_without_any_are_kept(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text("{}")
    assert KeyStore(tmp_path).master == KeyStore(tmp_path).master
