"""Where the command line takes its settings from."""

import json
import os
import threading
from pathlib import Path

import pytest

from ops.__main__ import main
from ops.environment import await_file, prepare_environment, read_settings
from shared.settings import SettingsError

CONNECTION, ENDPOINT = "CosmosDB", "CosmosDB__accountEndpoint"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    for name in (CONNECTION, ENDPOINT, "KEY_VAULT_URL"):
        os.environ.pop(name, None)


def _write(name: str, content: object) -> Path:
    path = Path(name)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_local_settings_are_taken_when_the_environment_names_no_account() -> None:
    _write("local.settings.json", {"Values": {"CosmosDB": "from the file", "KEY_VAULT_URL": "https://file"}})
    os.environ["KEY_VAULT_URL"] = "https://environment"
    prepare_environment(None)
    assert (os.environ[CONNECTION], os.environ["KEY_VAULT_URL"]) == ("from the file", "https://environment")


def test_local_settings_are_left_alone_when_the_environment_names_an_account() -> None:
    _write("local.settings.json", {"Values": {"CosmosDB": "from the file", "KEY_VAULT_URL": "https://file"}})
    os.environ[ENDPOINT] = "https://azure"
    prepare_environment(None)
    assert "CosmosDB" not in os.environ
    assert "KEY_VAULT_URL" not in os.environ


def test_a_ready_file_goes_before_the_environment() -> None:
    os.environ[CONNECTION] = "from the environment"
    ready = _write("ready.json", {"host": "http://127.0.0.1:1", "settings": {"CosmosDB": "from the ready file"}})
    prepare_environment(ready)
    assert os.environ[CONNECTION] == "from the ready file"


@pytest.mark.parametrize(
    ("content", "cause"), [("{", "isn't JSON"), ("[]", "has neither `Values` nor `settings`"), ("{}", "has neither")]
)
def test_a_broken_file_is_named_with_its_cause(content: str, cause: str) -> None:
    path = Path("broken.json")
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=f"The settings file broken.json {cause}"):
        read_settings(path)


def test_missing_settings_are_exit_code_2_with_the_settings_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seed"]) == 2
    assert "Setting KEY_VAULT_URL is missing." in capsys.readouterr().err


def test_a_missing_file_is_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--settings", "nowhere.json", "seed"]) == 2
    assert capsys.readouterr().err == "ops: The settings file nowhere.json can't be read: No such file or directory.\n"


@pytest.mark.parametrize("arguments", [["--help"], ["seed", "--help"], ["create-admin", "--help"]])
def test_every_verb_has_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 0
    assert "usage: python -m ops" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["unknown"], ["create-admin", "--email", "x@example.com"]])
def test_wrong_arguments_are_exit_code_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_a_settings_file_may_be_waited_for() -> None:
    path = Path("ready.json")
    complete = _write("complete.json", {"settings": {"CURRENCY": "EUR"}})
    writing = threading.Timer(0.1, complete.rename, [path])
    writing.start()

    await_file(path, seconds=10)
    writing.join()

    assert read_settings(path) == {"CURRENCY": "EUR"}
    await_file(Path("never.json"), seconds=0)
    with pytest.raises(SettingsError, match=r"never\.json can't be read"):
        read_settings(Path("never.json"))
