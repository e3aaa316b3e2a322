"""The texts that Microsoft's worker logs for apps that can't be loaded."""

from collections.abc import Callable
from pathlib import Path

import pytest

from localcloud.host.worker.inprocess import InProcessWorker

MISMATCH = (
    'FunctionLoadError: cannot load the b function: \'req\' binding type "httpTrigger" and dataType "None" in '
    'function.json do not match the corresponding function parameter\'s Python type annotation "{}"'
)
RETURNS = (
    'FunctionLoadError: cannot load the b function: Python return annotation "{}" does not match binding type "http"'
)
NOT_BOUND = (
    "FunctionLoadError: cannot load the b function: the following parameters are declared in Python but not in "
    "function.json: {{'{}'}}"
)
NOT_UNIQUE = (
    "ValueError: Function good does not have a unique function name. Please change @app.function_name() or the "
    "function method name to be unique."
)
ROUTE = '@app.route("b")\n'

REFUSED = {
    "any": ("import typing\n" + ROUTE + "def b(req: typing.Any) -> str: ...", MISMATCH.format("Any")),
    "none": (ROUTE + "def b(req: None) -> str: ...", MISMATCH.format("NoneType")),
    "plain class": ("class Plain: pass\n" + ROUTE + "def b(req: Plain) -> str: ...", MISMATCH.format("Plain")),
    "other class": (ROUTE + "def b(req: func.TimerRequest) -> str: ...", MISMATCH.format("TimerRequest")),
    "dict item": (
        ROUTE + "def b(req: dict[str, str]) -> str: ...",
        "FunctionLoadError: cannot load the b function: binding req has invalid non-type annotation dict[str, str]",
    ),
    "dict item of a queue trigger": (
        '@app.generic_trigger(arg_name="x", type="queueTrigger", queueName="q")\ndef q(x: dict[str, str]) -> None: ...',
        "FunctionLoadError: cannot load the q function: binding x has invalid non-type annotation dict[str, str]",
    ),
    "optional": (
        "from typing import Optional\n" + ROUTE + "def b(req: Optional[func.HttpRequest]) -> str: ...",
        "TypeError: issubclass() arg 1 must be a class",
    ),
    "union": (
        ROUTE + "def b(req: func.HttpRequest | None) -> str: ...",
        "FunctionLoadError: cannot load the b function: binding req has invalid non-type annotation "
        "azure.functions._http.HttpRequest | None",
    ),
    "value": (
        ROUTE + "def b(req: 5) -> str: ...",
        "FunctionLoadError: cannot load the b function: binding req has invalid non-type annotation 5",
    ),
    "output that is not Out": (
        ROUTE + '@app.queue_output(arg_name="out", queue_name="q", connection="C")\n'
        "def b(req: func.HttpRequest, out: str) -> str: ...",
        'FunctionLoadError: cannot load the b function: binding out is declared to have the "out" direction, but its '
        "annotation in Python is not a subclass of azure.functions.Out",
    ),
    "input that is Out": (
        ROUTE + "def b(req: func.Out[func.HttpRequest]) -> str: ...",
        'FunctionLoadError: cannot load the b function: binding req is declared to have the "in" direction in '
        "function.json, but its annotation is azure.functions.Out in Python",
    ),
    "other parameter name": (ROUTE + "def b(request: func.HttpRequest) -> str: ...", NOT_BOUND.format("request")),
    "extra parameter": (ROUTE + "def b(req: func.HttpRequest, extra: str) -> str: ...", NOT_BOUND.format("extra")),
    "extra with default": (
        ROUTE + 'def b(req: func.HttpRequest, extra: str = "x") -> str: ...',
        NOT_BOUND.format("extra"),
    ),
    "missing parameter": (
        ROUTE + "def b() -> str: ...",
        "FunctionLoadError: cannot load the b function: the following parameters are declared in function.json but not "
        "in Python: {'req'}",
    ),
    "context of another type": (
        ROUTE + "def b(req: func.HttpRequest, context: str) -> str: ...",
        'FunctionLoadError: cannot load the b function: the "context" parameter is expected to be of type '
        "azure.functions.Context, got <class 'str'>",
    ),
    "returns Any": (
        ROUTE + "def b(req: func.HttpRequest) -> __import__('typing').Any: ...",
        RETURNS.format("Any"),
    ),
    "returns int": (ROUTE + "def b(req: func.HttpRequest) -> int: ...", RETURNS.format("int")),
    "returns None": (ROUTE + "def b(req: func.HttpRequest) -> None: ...", RETURNS.format("NoneType")),
    "returns tuple": (ROUTE + "def b(req: func.HttpRequest) -> tuple: ...", RETURNS.format("tuple")),
    "returns dict item": (
        ROUTE + "def b(req: func.HttpRequest) -> dict[str, int]: ...",
        "FunctionLoadError: cannot load the b function: has invalid non-type return annotation dict[str, int]",
    ),
    "returns optional": (
        ROUTE + "def b(req: func.HttpRequest) -> func.HttpResponse | None: ...",
        "FunctionLoadError: cannot load the b function: has invalid non-type return annotation "
        "azure.functions._http.HttpResponse | None",
    ),
    "returns Out": (
        ROUTE + "def b(req: func.HttpRequest) -> func.Out[func.HttpResponse]: ...",
        "FunctionLoadError: cannot load the b function: return annotation should not be azure.functions.Out",
    ),
    "duplicate names": ('@app.route("second")\ndef good(req: func.HttpRequest) -> str: ...', NOT_UNIQUE),
    "get_functions twice": ("app.get_functions()", NOT_UNIQUE),
    "raises at import": ('raise ValueError("at import")', "ValueError: at import"),
    "exits at import": ("raise SystemExit(3)", "SystemExit: 3"),
    "two apps": (
        "other = func.FunctionApp()",
        "ValueError: More than one FunctionApp or other top level function app instances are defined.",
    ),
    "no trigger": (
        '@app.queue_output(arg_name="out", queue_name="q", connection="C")\ndef b(out: func.Out[str]) -> None: ...',
        "ValueError: Function b does not have a trigger. A valid function must have one and only one "
        "trigger registered.",
    ),
    "two triggers": (
        ROUTE + '@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *")\n'
        "def b(req: func.HttpRequest, timer: func.TimerRequest) -> str: ...",
        "ValueError: A trigger was already registered to this function. Adding another trigger is not the correct "
        "behavior as a function can only have one trigger. Existing registered trigger is {'direction': "
        "<BindingDirection.IN: 0>, 'type': 'timerTrigger', 'name': 'timer', 'schedule': '0 0 0 1 1 *'} and New trigger "
        "being added is {'direction': <BindingDirection.IN: 0>, 'type': 'httpTrigger', 'name': 'req', 'route': 'b'}",
    ),
    "retry without an interval": (
        '@app.timer_trigger(arg_name="t", schedule="0 0 0 1 1 *")\n'
        '@app.retry(strategy="other", max_retry_count="3")\ndef b(t: func.TimerRequest) -> None: ...',
        "TypeError: strptime() argument 0 must be str, not <class 'NoneType'>",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_bad_function_costs_the_app_all_of_them(case: str, app_folder: Callable[..., Path]) -> None:
    source, text = REFUSED[case]
    worker = InProcessWorker(app_folder(source))
    index = await worker.start()
    await worker.stop()
    assert (index.error, index.functions) == (text, [])


ACCEPTED = {
    "str": ROUTE + "def b(req: str) -> str: ...",
    "string annotation": ROUTE + 'def b(req: "func.HttpRequest") -> str: ...',
    "no annotation": ROUTE + "def b(req): ...",
    "trigger called context": '@app.route("b", trigger_arg_name="context")\n'
    "def b(context: func.HttpRequest) -> str: ...",
    "context": ROUTE + "def b(req: func.HttpRequest, context: func.Context) -> str: ...",
    "typing generic of another trigger": (
        "import typing\n"
        '@app.generic_trigger(arg_name="x", type="activityTrigger")\ndef b(x: typing.Dict[str, str]) -> None: ...'
    ),
    "list output": ROUTE + '@app.queue_output(arg_name="out", queue_name="q", connection="C")\n'
    "def b(req: func.HttpRequest, out: func.Out[str]) -> str: ...",
}


@pytest.mark.parametrize("case", ACCEPTED)
async def test_these_annotations_load(case: str, app_folder: Callable[..., Path]) -> None:
    worker = InProcessWorker(app_folder(ACCEPTED[case]))
    index = await worker.start()
    await worker.stop()
    assert (index.error, sorted(f.name for f in index.functions)) == (None, ["b", "good"])


async def test_a_missing_module_comes_with_advice(app_folder: Callable[..., Path]) -> None:
    worker = InProcessWorker(app_folder("import nothing_like_this"))
    index = await worker.start()
    await worker.stop()
    assert (index.error or "").startswith(
        "ModuleNotFoundError: No module named 'nothing_like_this'. Cannot find module. Please check the "
        "requirements.txt file for the missing module. For more info, please refer the troubleshooting guide: "
        "https://aka.ms/functions-modulenotfound. Current sys.path: "
    )


async def test_a_syntax_error_names_file_and_line(app_folder: Callable[..., Path]) -> None:
    worker = InProcessWorker(app_folder("def broken(:\n", head=""))
    index = await worker.start()
    await worker.stop()
    assert index.error == "SyntaxError: invalid syntax (function_app.py, line 2)"


async def test_a_file_without_an_app_is_named(app_folder: Callable[..., Path]) -> None:
    worker = InProcessWorker(app_folder("import azure.functions as func", head=""))
    index = await worker.start()
    await worker.stop()
    assert index.error == "ValueError: Could not find top level function app instances in function_app.py."


@pytest.mark.parametrize("name", ["../my-app.py", "my app.py", "app.txt", ".py"])
async def test_the_entry_file_must_be_a_plain_name(name: str, app_folder: Callable[..., Path]) -> None:
    worker = InProcessWorker(app_folder(""), {"PYTHON_SCRIPT_FILE_NAME": name})
    index = await worker.start()
    await worker.stop()
    assert index.error == f"InvalidFileNameError: Invalid file name: {name}"


async def test_a_missing_file_is_an_app_without_functions(tmp_path: Path) -> None:
    worker = InProcessWorker(tmp_path)
    index = await worker.start()
    await worker.stop()
    assert (index.error, index.functions) == (None, [])
