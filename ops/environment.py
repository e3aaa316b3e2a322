"""Where the command line takes its settings from: the environment, a settings file, or local.settings.json."""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.settings import SettingsError

DEFAULT_FILE = Path("local.settings.json")


def prepare_environment(settings_file: Path | None) -> None:
    """Puts the settings into the process environment, where the Azure SDKs look, too.

    With a file: its values, whatever the environment says. Without: local.settings.json, if there is one, for what the
    environment doesn't say; nothing at all when the environment names a Cosmos DB account. Raises SettingsError.
    """
    if settings_file is not None:
        os.environ.update(read_settings(settings_file))
    elif not _names_an_account(os.environ) and DEFAULT_FILE.exists():
        for name, value in read_settings(DEFAULT_FILE).items():
            os.environ.setdefault(name, value)


def await_file(path: Path, seconds: float) -> None:
    """Returns when the file is there or the time is over: localcloud writes its ready file once it is ready."""
    deadline = time.monotonic() + seconds
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)


def read_settings(path: Path) -> dict[str, str]:
    """The values of a local.settings.json (`Values`) or a ready file (`settings`). Raises SettingsError."""
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"The settings file {path} can't be read: {error.strerror}.") from error
    except ValueError as error:
        raise SettingsError(f"The settings file {path} isn't JSON: {error}.") from error
    values = (content.get("Values") or content.get("settings")) if isinstance(content, dict) else None
    if not isinstance(values, dict):
        raise SettingsError(f"The settings file {path} has neither `Values` nor `settings` with settings in it.")
    return {str(name): str(value) for name, value in values.items()}


def _names_an_account(environ: Mapping[str, str]) -> bool:
    names = {name.casefold() for name, value in environ.items() if value}
    return not names.isdisjoint({"cosmosdb", "cosmosdb__accountendpoint"})
