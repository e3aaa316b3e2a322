"""From the functions of an app to what the host must know about them."""

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from localcloud.host.model import AppIndex, FunctionMetadata
from localcloud.host.worker.loading import load_functions
from localcloud.host.worker.sdk_types import raw_bindings
from localcloud.host.worker.signature import LoadedFunction, load_function

Functions = dict[str, LoadedFunction]
"""The functions of an app by name."""


def index_folder(app_dir: Path) -> tuple[AppIndex, Functions]:
    """Loads and indexes an app folder that has been entered. What the app raises becomes the index's error."""
    return _indexed(app_dir, lambda: load_functions(app_dir))


def index_functions(functions: Iterable[Any], app_dir: Path) -> tuple[AppIndex, Functions]:
    """Indexes the functions of an app object."""
    return _indexed(app_dir, lambda: functions)


def _indexed(app_dir: Path, load: Callable[[], Iterable[Any]]) -> tuple[AppIndex, Functions]:
    try:
        found = [(function, load_function(function)) for function in load()]
        metadata = [_metadata(function, loaded, app_dir) for function, loaded in found]
    except BaseException as error:  # an app may raise anything while it is imported, SystemExit included
        return AppIndex([], f"{type(error).__name__}: {error}"), {}
    return AppIndex(metadata), {loaded.name: loaded for _, loaded in found}


def _metadata(function: Any, loaded: LoadedFunction, app_dir: Path) -> FunctionMetadata:
    return FunctionMetadata(
        name=loaded.name,
        function_id=str(uuid5(NAMESPACE_OID, loaded.name)),
        directory=str(app_dir),
        script_file=function.function_script_file,
        entry_point=loaded.name,
        bindings=[json.loads(text) for text in _raw_bindings(function, loaded)],
        retry=_retry(function),
    )


def _raw_bindings(function: Any, loaded: LoadedFunction) -> list[str]:
    if any(slot.deferred for slot in loaded.inputs.values()):
        return raw_bindings(function, loaded.inputs)
    texts: list[str] = function.get_raw_bindings()
    return texts


def _retry(function: Any) -> dict[str, str] | None:
    """The @app.retry settings, checked as Microsoft's worker does: raises TypeError or ValueError for bad intervals."""
    settings: dict[str, Any] | None = function.get_settings_dict("retry_policy")
    if not settings:
        return None
    int(settings["max_retry_count"])
    fixed = settings.get("strategy") == "fixed_delay"
    for name in ("delay_interval",) if fixed else ("minimum_interval", "maximum_interval"):
        time.strptime(settings.get(name), "%H:%M:%S")  # type: ignore[arg-type]  # None raises, as it must
    return {name: str(value) for name, value in settings.items() if value is not None}
