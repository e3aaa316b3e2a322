"""A small app, and ways to run it under the supervisor in this process."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from localcloud.supervisor.ports import Ports
from localcloud.supervisor.supervisor import Supervisor, SupervisorOptions

APP = """
import os
import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)


@app.route(route="settings/{name}")
def setting(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(os.environ.get(req.route_params["name"], "-"))
"""

Start = Callable[..., Awaitable[Supervisor]]


@pytest.fixture
def app_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "host.json").write_text('{"version": "2.0"}')
    (folder / "function_app.py").write_text(APP)
    return folder


@pytest.fixture
async def start(app_folder: Path, tmp_path: Path) -> AsyncIterator[Start]:
    """Starts the host and the identity server; the lines that were said are in `said` of the supervisor."""
    started: list[Supervisor] = []

    async def run(**options: object) -> Supervisor:
        chosen: dict[str, object] = {
            "app": app_folder,
            "data": tmp_path / "data",
            "ports": Ports.free(),
            "stand_ins": ("identity",),
            "ready_file": tmp_path / "ready.json",
        }
        supervisor = Supervisor(SupervisorOptions(**{**chosen, **options}), lambda *line: None)  # type: ignore[arg-type]  # checked by the tests that run
        await supervisor.start()
        started.append(supervisor)
        return supervisor

    yield run
    for supervisor in started:
        await supervisor.stop()
