"""The app's settings: the environment over local.settings.json, as `func start` builds them."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcloud.host import tolerant_json

_REFERENCE = re.compile(r"%([^%]+)%")


class SettingsError(Exception):
    """local.settings.json can't be used; the text names the file, the place and the remedy."""


class MissingSettingError(Exception):
    """A `%NAME%` names a setting that doesn't exist; the text is the host's."""


@dataclass(frozen=True)
class LocalSettings:
    """What local.settings.json says."""

    values: Mapping[str, str] = field(default_factory=dict)
    """`Values` and, as `ConnectionStrings:Name`, `ConnectionStrings`."""
    cors: tuple[str, ...] = ()
    """Allowed origins; `("*",)` for all; empty means that CORS is off."""
    cors_credentials: bool = False
    port: int | None = None


def load_local_settings(app_dir: Path) -> LocalSettings:
    """Reads local.settings.json; a missing file means no settings. Raises SettingsError for a broken one."""
    path = app_dir / "local.settings.json"
    if not path.exists():
        return LocalSettings()
    try:
        content = tolerant_json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} is not valid JSON: {error}. Correct the file or remove it.") from error
    if not isinstance(content, dict):
        raise SettingsError(f'{path} must hold a JSON object like {{"Values": {{"NAME": "value"}}}}.')
    if content.get("IsEncrypted") is True:
        raise SettingsError(f"{path} is encrypted. Run `func settings decrypt` first.")
    host = _object(content, "Host", path)
    values = dict(_texts(_object(content, "Values", path), "Values", path))
    for name, value in _connection_strings(_object(content, "ConnectionStrings", path), path).items():
        values[f"ConnectionStrings:{name}"] = value
    return LocalSettings(
        values, _origins(host.get("CORS"), path), host.get("CORSCredentials") is True, _port(host, path)
    )


def app_settings(local: LocalSettings, environment: Mapping[str, str], overrides: Mapping[str, str]) -> dict[str, str]:
    """All settings of the app: overrides over the environment over the file."""
    return {**local.values, **environment, **overrides}


def resolve(text: str, settings: Mapping[str, str]) -> str:
    """Replaces every `%NAME%`. Raises MissingSettingError when a setting is missing."""

    def value(found: re.Match[str]) -> str:
        setting = settings.get(found.group(1))
        if setting is None:
            raise MissingSettingError(f"'{found.group()}' does not resolve to a value.")
        return setting

    return _REFERENCE.sub(value, text)


def is_true(text: str | None) -> bool:
    """Whether a setting switches something on: "true" in any case, or "1"."""
    return text is not None and text.strip().lower() in ("true", "1")


def _object(content: Mapping[str, Any], name: str, path: Path) -> Mapping[str, Any]:
    found = content.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise SettingsError(f'{path}: "{name}" must be a JSON object.')
    return found


def _texts(section: Mapping[str, Any], name: str, path: Path) -> Mapping[str, str]:
    for key, value in section.items():
        if isinstance(value, (dict, list)):
            raise SettingsError(
                f'{path}: "{name}" may hold plain values only, but "{key}" is {type(value).__name__}. '
                "Write nested settings as NAME__CHILD."
            )
    texts = {key: _text(value) for key, value in section.items() if value is not None}
    for key, text in texts.items():
        if not _fits_environment(key, text):
            raise SettingsError(
                f'{path}: "{name}" has {key!r}, which can\'t be an environment variable. '
                'Use a name without "=", and no NUL or half surrogate characters.'
            )
    return texts


def _fits_environment(name: str, text: str) -> bool:
    try:
        raw = os.fsencode(name) + os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return name != "" and "=" not in name and b"\0" not in raw


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _connection_strings(section: Mapping[str, Any], path: Path) -> Mapping[str, str]:
    plain = {key: value.get("ConnectionString") if isinstance(value, dict) else value for key, value in section.items()}
    return _texts(plain, "ConnectionStrings", path)


def _origins(value: Any, path: Path) -> tuple[str, ...]:
    if value is not None and not isinstance(value, str):
        raise SettingsError(f'{path}: "Host.CORS" must be a text: "*", or origins separated by commas.')
    return tuple(origin.strip() for origin in str(value or "").split(",") if origin.strip())


def _port(host: Mapping[str, Any], path: Path) -> int | None:
    port = host.get("LocalHttpPort")
    if port is None:
        return None
    if isinstance(port, str) and port.isdecimal():
        port = int(port)
    if not isinstance(port, int) or isinstance(port, bool) or not 0 <= port <= 65535:
        raise SettingsError(f'{path}: "Host.LocalHttpPort" must be a port number, not {port!r}.')
    return port
