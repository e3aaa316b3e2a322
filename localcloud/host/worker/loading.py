"""Loads an app folder as Microsoft's worker does: folder first on the path, one top-level app object."""

import importlib
import os
import re
import sys
from pathlib import Path
from typing import Any

from azure.functions import FunctionRegister

from localcloud.host.worker.durable_patch import apply_durable_patch

FILE_SETTING = "PYTHON_SCRIPT_FILE_NAME"
DEFAULT_FILE = "function_app.py"
_FILE_NAME = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_\-]*\.py")
_MODULE_ADVICE = (
    "Cannot find module. Please check the requirements.txt file for the missing module. For more info, please "
    "refer the troubleshooting guide: https://aka.ms/functions-modulenotfound"
)


class InvalidFileNameError(Exception):
    """PYTHON_SCRIPT_FILE_NAME isn't the plain name of a Python file."""


def enter_app_folder(app_dir: Path) -> None:
    """Makes the folder the working directory, the first import path and the script root of this process."""
    os.chdir(app_dir)
    sys.path.insert(0, str(app_dir))
    os.environ["AzureWebJobsScriptRoot"] = str(app_dir)  # noqa: SIM112 - the name that apps and the SDK read
    importlib.invalidate_caches()


def entry_file() -> str:
    """The name of the app's file. Raises InvalidFileNameError."""
    name = os.environ.get(FILE_SETTING) or DEFAULT_FILE
    if not _FILE_NAME.fullmatch(name):
        raise InvalidFileNameError(f"Invalid file name: {name}")
    return name


def load_functions(app_dir: Path) -> list[Any]:
    """Imports the app and returns its functions; none when there is no file. Raises whatever the app raises.

    `app_dir` must have been entered before. An ImportError's text gets Microsoft's advice appended.
    """
    name = entry_file()
    if not (app_dir / name).is_file():
        return []
    try:
        module = importlib.import_module(Path(name).stem)
    except ImportError as error:
        error.msg = f"{error.msg}. {_MODULE_ADVICE}. Current sys.path: {' '.join(sys.path)}"
        raise
    finally:
        apply_durable_patch()
    return functions_of(_only_app(vars(module), name))


def functions_of(app: Any) -> list[Any]:
    """The functions of an app object. To be called once: a second call finds every name taken."""
    return list(app.get_functions())


def _only_app(names: dict[str, Any], file: str) -> Any:
    apps = [value for value in names.values() if isinstance(value, FunctionRegister)]
    if not apps:
        raise ValueError(f"Could not find top level function app instances in {file}.")
    if len(apps) > 1:
        kind = type(apps[0]).__name__
        raise ValueError(f"More than one {kind} or other top level function app instances are defined.")
    return apps[0]
