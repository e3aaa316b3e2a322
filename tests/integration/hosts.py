"""Hosts for small real apps, and what the apps' functions noted."""

import json
import textwrap
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp

from localcloud.host.application import FunctionsHost

HEAD = "import azure.functions as func\napp = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)\n"
NOTE = """
import json, os

def note(value):
    line = json.dumps(value) + "\\n"
    with open(os.environ["CALLS"], "a") as calls:
        calls.write(line)
"""
"""Code of an app: `note(value)` adds a line to the file that the setting CALLS names."""
Start = Callable[..., Awaitable["RunningHost"]]


class RunningHost:
    """A started host, its log, and a client for it."""

    def __init__(self, host: FunctionsHost, log: list[str], session: aiohttp.ClientSession) -> None:
        self.host = host
        self.log = log
        self.session = session
        self.base = f"http://127.0.0.1:{host.port}"

    async def ask(self, method: str, path: str, **options: Any) -> tuple[int, str]:
        """Status and body of an answer."""
        async with self.session.request(method, self.base + path, **options) as answer:
            return answer.status, await answer.text()

    async def get(self, path: str, **options: Any) -> tuple[int, str]:
        return await self.ask("GET", path, **options)


def write_app(folder: Path, code: str, **files: str) -> Path:
    """Writes function_app.py (the usual head before it) and other files, e.g. `host_json="{}"`."""
    folder.mkdir(exist_ok=True)
    (folder / "function_app.py").write_text(HEAD + textwrap.dedent(code))
    for name, content in {"host_json": '{"version": "2.0"}', **files}.items():
        (folder / name.replace("_json", ".json").replace("local_settings", "local.settings")).write_text(content)
    return folder


class Calls:
    """The lines that the functions wrote, one JSON value a call."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def all(self) -> list[Any]:
        text = self.path.read_text() if self.path.exists() else ""
        return [json.loads(line) for line in text.splitlines() if line]

    def ids(self) -> list[str]:
        """The ids of all documents that were handed over, in order."""
        return [document["id"] for batch in self.all() for document in batch]
