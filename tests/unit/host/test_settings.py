import json
from pathlib import Path

import pytest

from localcloud.host.settings import MissingSettingError, SettingsError, app_settings, load_local_settings, resolve


def write(folder: Path, content: object) -> Path:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "local.settings.json").write_text(text)
    return folder


def test_values_connection_strings_and_host_section(tmp_path: Path) -> None:
    content = {
        "IsEncrypted": False,
        "Values": {"A": "1", "Flag": True, "Number": 5},
        "ConnectionStrings": {"Sql": "x", "Other": {"ConnectionString": "y"}},
        "Host": {"CORS": "http://a, http://b", "CORSCredentials": True, "LocalHttpPort": 7072},
    }
    local = load_local_settings(write(tmp_path, content))
    assert local.values == {
        "A": "1",
        "Flag": "true",
        "Number": "5",
        "ConnectionStrings:Sql": "x",
        "ConnectionStrings:Other": "y",
    }
    assert (local.cors, local.cors_credentials, local.port) == (("http://a", "http://b"), True, 7072)


def test_no_file_means_no_settings(tmp_path: Path) -> None:
    assert load_local_settings(tmp_path).values == {}


def test_the_environment_wins_over_the_file_and_overrides_over_both(tmp_path: Path) -> None:
    local = load_local_settings(write(tmp_path, {"Values": {"A": "file", "B": "file", "C": "file"}}))
    settings = app_settings(local, {"A": "env", "B": "env"}, {"A": "own"})
    assert settings == {"A": "own", "B": "env", "C": "file"}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('{"Values": {', "is not valid JSON"),
        ("[]", "must hold a JSON object"),
        ({"Values": []}, '"Values" must be a JSON object'),
        ({"Values": {"A": {"B": 1}}}, "Write nested settings as NAME__CHILD"),
        ({"IsEncrypted": True}, "func settings decrypt"),
        ({"Host": {"LocalHttpPort": "x"}}, "must be a port number"),
    ],
)
def test_a_broken_file_is_named_with_a_remedy(tmp_path: Path, content: object, text: str) -> None:
    with pytest.raises(SettingsError) as error:
        load_local_settings(write(tmp_path, content))
    assert text in str(error.value)
    assert str(tmp_path / "local.settings.json") in str(error.value)


def test_references_to_settings_are_replaced() -> None:
    assert resolve("a-%X%-%Y%", {"X": "1", "Y": "2"}) == "a-1-2"


def test_a_reference_to_a_missing_setting_is_an_error() -> None:
    with pytest.raises(MissingSettingError, match=r"^'%NO_SUCH%' does not resolve to a value\.$"):
        resolve("%NO_SUCH%", {})


@pytest.mark.parametrize(
    "content",
    [
        {"Values": {"A=B": "x"}},
        {"Values": {"": "x"}},
        {"Values": {"A": "x\0y"}},
        {"Values": {"A": "\ud800"}},
        {"Host": {"CORS": ["http://a"]}},
        {"Host": {"LocalHttpPort": True}},
    ],
)
def test_what_the_system_can_not_take_is_refused(tmp_path: Path, content: object) -> None:
    with pytest.raises(SettingsError, match=r"local\.settings\.json"):
        load_local_settings(write(tmp_path, content))


def test_a_port_may_be_a_text(tmp_path: Path) -> None:
    assert load_local_settings(write(tmp_path, {"Host": {"LocalHttpPort": "7072"}})).port == 7072
