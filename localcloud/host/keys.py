"""The host's keys in files, laid out as the real host keeps them with AzureWebJobsSecretStorageType=files."""

import json
import secrets
import string
from pathlib import Path
from typing import Any

from localcloud.atomic_file import write_atomically
from localcloud.host import tolerant_json

MASTER = "_master"
_ALPHABET = string.ascii_letters + string.digits


class KeyFileError(Exception):
    """A key file can't be read or written; the text names the file and the remedy."""


def generate_key() -> str:
    """A new 56-character key of the shape that Azure makes."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(44)) + "AzFu" + secrets.token_hex(3) + "=="


class KeyStore:
    """Master, host and system keys (`host.json`) and each function's own keys (`<function>.json`)."""

    def __init__(self, folder: Path) -> None:
        """Reads the folder, making it and the host's first keys when they are missing. Raises KeyFileError."""
        self._folder = folder
        self._functions: dict[str, dict[str, str]] = {}
        self.changes = 0
        """Grows with every change, so that caches know when they are stale."""
        path = folder / "host.json"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise KeyFileError(f"The key folder {folder} can't be made: {error}") from error
        content = _read(path) if path.exists() else {}
        self.master = _value(content.get("masterKey")) or generate_key()
        self.host = _named(content.get("functionKeys")) or {"default": generate_key()}
        self.system = _named(content.get("systemKeys"))
        self._rest = {k: v for k, v in content.items() if k not in ("masterKey", "functionKeys", "systemKeys")}
        if not (_value(content.get("masterKey")) and _named(content.get("functionKeys"))):
            self.save_host()

    def system_key(self, name: str) -> str:
        """The system key of that name; made and kept when it doesn't exist."""
        if name not in self.system:
            self.system[name] = generate_key()
            self.save_host()
        return self.system[name]

    def function(self, name: str) -> dict[str, str]:
        """A function's own keys by name (any case of the function's name); empty when it has none yet."""
        name = name.lower()
        if name not in self._functions:
            path = self._folder / f"{name}.json"
            self._functions[name] = _named(_read(path).get("keys")) if path.exists() else {}
        return self._functions[name]

    def save_host(self) -> None:
        """Writes master, host and system keys to their file, atomically."""
        self._write(
            "host",
            {
                "masterKey": _entry("master", self.master),
                "functionKeys": [_entry(name, value) for name, value in self.host.items()],
                "systemKeys": [_entry(name, value) for name, value in self.system.items()],
                **(self._rest or {"hostName": None, "instanceId": "0", "source": "runtime"}),
            },
        )

    def save_function(self, name: str) -> None:
        """Writes a function's keys to its file, atomically."""
        keys = [_entry(key, value) for key, value in self.function(name).items()]
        self._write(name.lower(), {"keys": keys, "hostName": None, "instanceId": "0", "source": "runtime"})

    def _write(self, name: str, content: dict[str, Any]) -> None:
        self.changes += 1
        path = self._folder / f"{name}.json"
        try:
            write_atomically(path, json.dumps(content, indent=2).encode())
        except OSError as error:
            raise KeyFileError(f"The keys can't be kept in {path}: {error}") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        content = tolerant_json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise KeyFileError(
            f"The key file {path} can't be read: {error}. Correct it, or remove it for new keys."
        ) from error
    if not isinstance(content, dict):
        raise KeyFileError(f"The key file {path} must hold a JSON object. Correct it, or remove it for new keys.")
    return content


def _entry(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "value": value, "encrypted": False}


def _value(entry: Any) -> str:
    return str(entry.get("value") or "") if isinstance(entry, dict) else ""


def _named(entries: Any) -> dict[str, str]:
    found = entries if isinstance(entries, list) else []
    return {str(entry["name"]): _value(entry) for entry in found if isinstance(entry, dict) and "name" in entry}
