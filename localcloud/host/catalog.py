"""The app's functions sorted out: healthy, disabled, left out by host.json, in error."""

import re
from collections.abc import Mapping, Sequence

from localcloud.host.extension import HostExtension
from localcloud.host.host_json import HostConfig
from localcloud.host.model import AppIndex, FunctionError, FunctionMetadata, HostError
from localcloud.host.settings import is_true

_NAME = re.compile(r"(?!host$)[a-z][a-z0-9_-]{0,127}", re.IGNORECASE)


class Catalog:
    """Every function that the worker found, and what became of it."""

    def __init__(self) -> None:
        self.listed: dict[str, FunctionMetadata] = {}
        """All functions with valid names by lower-case name, in the host's order (by upper-case name)."""
        self.errors: dict[str, str] = {}
        """Why a function is in error, by its name as written; functions with bad names too."""
        self.disabled: frozenset[str] = frozenset()
        """Names as written of the functions that a setting switches off."""
        self.active: dict[str, FunctionMetadata] = {}
        """What triggers serve, by name as written."""

    def find(self, name: str) -> FunctionMetadata | None:
        """A listed function by name in any case."""
        return self.listed.get(name.lower())

    @property
    def runnable(self) -> dict[str, FunctionMetadata]:
        """What may be run by hand: all but the functions in error, by name as written."""
        return {f.name: f for f in self.listed.values() if f.name not in self.errors}


def build_catalog(
    index: AppIndex, config: HostConfig, settings: Mapping[str, str], extensions: Sequence[HostExtension]
) -> Catalog:
    """Checks every function. Raises HostError when two names differ only in case."""
    catalog = Catalog()
    by_type = extensions_by_type(extensions)
    disabled = set()
    for function in sorted(index.functions, key=lambda f: f.name.upper()):
        if not _NAME.fullmatch(function.name):
            catalog.errors[function.name] = f"'{function.name}' is not a valid function name."
            continue
        if function.name.lower() in catalog.listed:
            raise HostError("System.Linq: Sequence contains more than one matching element.")
        catalog.listed[function.name.lower()] = function
        if is_true(settings.get(f"AzureWebJobs.{function.name}.Disabled")):
            disabled.add(function.name)
        elif config.functions is None or function.name.lower() in config.functions:
            _admit(function, catalog, settings, by_type)
    catalog.disabled = frozenset(disabled)
    return catalog


def extensions_by_type(extensions: Sequence[HostExtension]) -> dict[str, HostExtension]:
    """Which extension serves which lower-case binding type."""
    return {binding_type: extension for extension in extensions for binding_type in extension.binding_types}


def _admit(
    function: FunctionMetadata, catalog: Catalog, settings: Mapping[str, str], by_type: Mapping[str, HostExtension]
) -> None:
    trigger = str(function.trigger["type"])
    types = dict.fromkeys([trigger, *(str(binding["type"]) for binding in function.bindings)])
    unknown = [name for name in types if name.lower() not in by_type]
    if unknown:
        catalog.errors[function.name] = (
            f"The binding type(s) '{', '.join(unknown)}' are not registered. "
            "Please ensure the type is correct and the binding extension is installed."
        )
        return
    try:
        for extension in {id(by_type[name.lower()]): by_type[name.lower()] for name in types}.values():
            extension.validate(function, settings)
    except FunctionError as error:
        catalog.errors[function.name] = str(error)
        return
    catalog.active[function.name] = function
