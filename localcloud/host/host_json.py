"""host.json: what the host takes from it, and when it refuses to run."""

import contextlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from localcloud.host import tolerant_json
from localcloud.host.model import HostError
from localcloud.host.timespan import parse_timespan

DEFAULT_TIMEOUT = timedelta(minutes=30)
_DEFAULT_FILE = {
    "version": "2.0",
    "isDefaultHostConfig": True,
    "extensionBundle": {"id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "[4.*, 5.0.0)"},
}


@dataclass(frozen=True)
class HostConfig:
    """The parts of host.json that the host core uses; extensions read the rest from `raw`."""

    raw: Mapping[str, Any] = field(default_factory=dict)
    route_prefix: str = "api"
    custom_headers: Mapping[str, str] = field(default_factory=dict)
    function_timeout: timedelta | None = DEFAULT_TIMEOUT
    """None: no limit (`-1`)."""
    functions: frozenset[str] | None = None
    """Lower-case names of the functions to run; None means all."""


def load_host_json(app_dir: Path) -> HostConfig:
    """Reads host.json, writing the default one when it is missing. Raises HostError with the real host's text."""
    path = app_dir / "host.json"
    raw = _read(path) if path.exists() else _write_default(path)
    _check_version(raw)
    http = section(raw, "extensions", "http")
    functions = raw.get("functions")
    headers = {str(name): str(value) for name, value in section(http, "customHeaders").items()}
    _check_headers(headers)
    return HostConfig(
        raw=raw,
        route_prefix=_prefix(lower_keys(http).get("routeprefix")),
        custom_headers=headers,
        function_timeout=_timeout(raw.get("functionTimeout")),
        functions=frozenset(str(name).lower() for name in functions) if isinstance(functions, list) else None,
    )


def _write_default(path: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError):  # a folder that can't be written to is served all the same
        path.write_text(json.dumps(_DEFAULT_FILE, indent=2))
    return dict(_DEFAULT_FILE)


def _check_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) or not re.fullmatch(r"[\t\x20-\x7e]*", value):
            raise HostError(
                f"The header {name!r}: {value!r} of host.json's extensions.http.customHeaders can't be sent. "
                "Use a plain name without blanks, and ASCII text without line breaks."
            )


def _read(path: Path) -> dict[str, Any]:
    problem: str
    try:
        content = path.read_bytes()
        if not content.strip(b"\xef\xbb\xbf \r\n\t"):
            problem = "Error reading JObject from JsonReader. Path '', line 0, position 0."
        else:
            raw = tolerant_json.loads(content)
            if isinstance(raw, dict):
                return raw
            problem = (
                "Error reading JObject from JsonReader. Current JsonReader item is not an object: "
                f"{'StartArray' if isinstance(raw, list) else type(raw).__name__}. Path '', line 1, position 1."
            )
    except tolerant_json.TolerantJsonError as error:
        problem = _problem(error, content)
    except (OSError, UnicodeDecodeError) as error:
        problem = f"{error}."
    raise HostError(
        f"Microsoft.Azure.WebJobs.Script: Unable to parse host configuration file '{path}'. Newtonsoft.Json: {problem}"
    )


def _problem(error: tolerant_json.TolerantJsonError, content: bytes) -> str:
    place = f"line {error.line}, position {error.column - (1 if error.at_end or error.surplus else 0)}"
    if error.surplus:
        what = f"Additional text encountered after finished reading JSON content: {error.surplus}"
        return f"{what}. Path '', {place}."
    what = "Unexpected end of content while loading JObject" if error.at_end else f"Invalid JSON ({error})"
    return f"{what}. Path '{_last_key(content)}', {place}."


def _last_key(content: bytes) -> str:
    keys = re.findall(rb'"([^"\\]*)"\s*:', content)
    return keys[-1].decode("utf-8", "replace") if keys else ""


def _check_version(raw: Mapping[str, Any]) -> None:
    version = raw.get("version")
    if version is None or version == "2.0":
        return
    shown = f"{version:g}" if isinstance(version, float) else str(version)
    raise HostError(
        f"Microsoft.Azure.WebJobs.Script: '{shown}' is an invalid value for host.json 'version' property. We recommend "
        "you set the 'version' property to '2.0'. See https://aka.ms/functions-hostjson for more information on this "
        "configuration file."
    )


def section(host_json: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """The object below these keys, which count in any case as .NET reads them; empty when there is none."""
    for name in names:
        found = lower_keys(host_json).get(name.lower())
        host_json = found if isinstance(found, Mapping) else {}
    return host_json


def lower_keys(values: Any) -> dict[str, Any]:
    """The values by key in lower case; empty for what is no object."""
    return {str(key).lower(): value for key, value in values.items()} if isinstance(values, Mapping) else {}


def _prefix(value: Any) -> str:
    prefix = "api" if value is None else str(value)
    if prefix.startswith("/") or prefix.endswith("/"):
        raise HostError(
            f"Microsoft.AspNetCore.Routing: The route prefix '{prefix}' of host.json starts or ends with '/'. "
            'Write extensions.http.routePrefix without it, e.g. "api".'
        )
    return prefix


def _timeout(value: Any) -> timedelta | None:
    if value is None:
        return DEFAULT_TIMEOUT
    if str(value) == "-1":
        return None
    try:
        limit = parse_timespan(str(value))
    except ValueError:
        raise HostError(
            f"Microsoft.Extensions.Configuration.Binder: Failed to convert configuration value '{value}' at "
            "'AzureFunctionsJobHost:FunctionTimeout' to type 'System.TimeSpan'. System.ComponentModel.TypeConverter: "
            f"{value} is not a valid value for TimeSpan. System.Private.CoreLib: String '{value}' was not recognized "
            "as a valid TimeSpan."
        ) from None
    if limit < timedelta(seconds=1):
        raise HostError(
            f"Microsoft.Azure.WebJobs.Script: FunctionTimeout must be greater than 00:00:01, not '{value}'. "
            "Write -1 for no limit."
        )
    return limit
