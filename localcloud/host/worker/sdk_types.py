"""SDK-type bindings: parameters that get a client of the service instead of its data.

The packages azurefunctions-extensions-bindings-* define the types and make the clients, from where the host says the
data is ("model binding data"). An app that uses them has imported their base package.
"""

import sys
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from localcloud.host.model import Datum

_BASE = "azurefunctions.extensions.base"


def is_sdk_type(hint: Any) -> bool:
    """Whether a parameter's annotation is one of these types."""
    registry = _registry()
    return registry is not None and bool(registry.check_supported_type(hint))


def sdk_type_converter(binding_type: str) -> Any:
    """The converter of a binding type; None when no installed package has one."""
    registry = _registry()
    return None if registry is None else registry.get(binding_type)


def raw_bindings(function: Any, inputs: Mapping[str, Any]) -> list[str]:
    """A function's bindings as JSON, those marked that want no data. `inputs` have their types as `pytype`."""
    texts: list[str] = _registry().get_raw_bindings(function, inputs)[0]
    return texts


def sdk_value(binding_type: str, datum: Datum, pytype: Any) -> Any:
    """The client that a function gets. Raises ValueError when there can't be one."""
    value = SimpleNamespace(**datum.value) if isinstance(datum.value, dict) else datum.value
    data = SimpleNamespace(type=datum.type, value=value)
    return sdk_type_converter(binding_type).decode(data, trigger_metadata={}, pytype=pytype)


def _registry() -> Any:
    base = sys.modules.get(_BASE)
    return None if base is None else base.get_binding_registry()
