import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from localcloud.host.model import Datum, Invocation

HEAD = """
import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

@app.route("good")
def good(req: func.HttpRequest) -> str: return "good"
"""


@pytest.fixture
def app_folder(tmp_path: Path) -> Callable[..., Path]:
    """Writes an app: the usual head with one good function, then the given source."""

    def write(source: str, *, head: str = HEAD, file: str = "function_app.py") -> Path:
        folder = tmp_path / "app"
        folder.mkdir(exist_ok=True)
        (folder / file).write_text(head + "\n" + textwrap.dedent(source), encoding="utf-8")
        return folder

    return write


def http_request(**changes: Any) -> Datum:
    value = {
        "method": "GET",
        "url": "http://localhost/api/x?a=1",
        "headers": {"x-a": "1"},
        "params": {},
        "query": {"a": "1"},
        "body": Datum("bytes", b""),
    }
    return Datum("http", {**value, **changes})


def call(function: str, **request: Any) -> Invocation:
    """A call of an HTTP function."""
    return Invocation(function, {"req": http_request(**request)})
