import os
import sys
from collections.abc import Callable
from pathlib import Path

import azure.functions as func
import pytest

from localcloud.host.model import FunctionMetadata
from localcloud.host.worker.inprocess import InProcessWorker
from tests.unit.host_worker.conftest import call


async def test_a_function_is_described_as_in_function_json(app_folder: Callable[..., Path]) -> None:
    folder = app_folder("")
    worker = InProcessWorker(folder)
    index = await worker.start()
    await worker.stop()
    assert index.functions == [
        FunctionMetadata(
            name="good",
            function_id="2d97e64c-5d31-573f-836b-1c2d989f6312",
            directory=str(folder),
            script_file="function_app.py",
            entry_point="good",
            bindings=[
                {"direction": "IN", "type": "httpTrigger", "name": "req", "authLevel": "ANONYMOUS", "route": "good"},
                {"direction": "OUT", "type": "http", "name": "$return"},
            ],
        )
    ]
    assert index.functions[0].trigger["route"] == "good"


async def test_retry_settings_are_handed_on_as_text(app_folder: Callable[..., Path]) -> None:
    source = """
    @app.timer_trigger(arg_name="t", schedule="0 0 0 1 1 *")
    @app.retry(strategy="fixed_delay", max_retry_count="2", delay_interval="00:00:01")
    def tick(t: func.TimerRequest) -> None: ...
    """
    worker = InProcessWorker(app_folder(source))
    index = await worker.start()
    await worker.stop()
    retry = {f.name: f.retry for f in index.functions}
    assert retry["good"] is None
    assert retry["tick"] is not None
    expected = {"strategy": "fixed_delay", "max_retry_count": "2", "delay_interval": "00:00:01"}
    assert {name: retry["tick"][name] for name in expected} == expected


async def test_the_app_loads_in_its_own_folder_and_settings(app_folder: Callable[..., Path]) -> None:
    folder = app_folder(
        """
        import os, sys, neighbour
        seen = [os.getcwd(), sys.path[0], os.environ["AzureWebJobsScriptRoot"], os.environ["SHOP_NAME"]]
        @app.route("where")
        def where(req: func.HttpRequest) -> str: return "|".join(seen)
        """
    )
    (folder / "neighbour.py").write_text("")
    before = (Path.cwd(), sys.path[:], dict(os.environ))
    worker = InProcessWorker(folder, {"SHOP_NAME": "Corner"})
    await worker.start()
    result = await worker.invoke(call("where"))
    await worker.stop()
    assert result.return_value is not None
    assert result.return_value.value == "|".join([str(folder)] * 3 + ["Corner"])
    assert (Path.cwd(), sys.path, dict(os.environ)) == before
    assert "function_app" not in sys.modules
    assert "neighbour" not in sys.modules


async def test_another_entry_file(app_folder: Callable[..., Path]) -> None:
    worker = InProcessWorker(app_folder("", file="my-app.py"), {"PYTHON_SCRIPT_FILE_NAME": "my-app.py"})
    index = await worker.start()
    await worker.stop()
    assert [f.name for f in index.functions] == ["good"]


async def test_an_unregistered_blueprint_is_left_out(app_folder: Callable[..., Path]) -> None:
    source = """
    bp = func.Blueprint()
    @bp.route("bp")
    def in_bp(req: func.HttpRequest) -> str: return "bp"
    """
    worker = InProcessWorker(app_folder(source))
    index = await worker.start()
    await worker.stop()
    assert [f.name for f in index.functions] == ["good"]


@pytest.fixture
def app() -> func.FunctionApp:
    made = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

    @made.route("hello")
    def hello(req: func.HttpRequest) -> str:
        return "real"

    return made


async def test_an_app_object_can_have_functions_replaced(app: func.FunctionApp, tmp_path: Path) -> None:
    worker = InProcessWorker.from_app(app, tmp_path)
    worker.replace_function("hello", lambda req: f"fake {req.params['a']}")
    await worker.start()
    first = await worker.invoke(call("hello"))

    async def other(req: func.HttpRequest) -> str:
        return "async"

    worker.replace_function("hello", other)
    second = await worker.invoke(call("hello"))
    await worker.stop()
    assert first.return_value is not None
    assert second.return_value is not None
    assert (first.return_value.value, second.return_value.value) == ("fake 1", "async")


async def test_replacing_an_unknown_function_is_refused(app: func.FunctionApp, tmp_path: Path) -> None:
    worker = InProcessWorker.from_app(app, tmp_path)
    await worker.start()
    with pytest.raises(KeyError, match="nothing"):
        worker.replace_function("nothing", lambda req: "x")
    await worker.stop()
