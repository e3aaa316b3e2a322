"""Checks a function's parameters and annotations against its bindings, with the error texts of Microsoft's worker."""

import inspect
import types
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcloud.host.worker.converters import GENERIC, converter, has_implicit_output
from localcloud.host.worker.sdk_types import is_sdk_type

_OUT = "Out"


class FunctionLoadError(RuntimeError):
    """A function doesn't fit its bindings; the whole app then has no functions."""

    def __init__(self, function: str, problem: str) -> None:
        super().__init__(f"cannot load the {function} function: {problem}")


@dataclass(frozen=True)
class Slot:
    """A parameter or return value: the converter's binding type and the annotated type."""

    binding_type: str
    pytype: Any
    deferred: bool = False
    """Whether it gets a client of the service instead of data."""
    text: bool = False
    """Whether bytes have to become text for it: a `blob` input annotated str."""


@dataclass(frozen=True)
class LoadedFunction:
    """A function ready to be called."""

    name: str
    body: Callable[..., Any]
    directory: str
    """Folder of the file that defines it."""
    is_async: bool
    wants_context: bool
    inputs: dict[str, Slot] = field(default_factory=dict)
    outputs: dict[str, Slot] = field(default_factory=dict)
    returns: Slot | None = None


def load_function(function: Any) -> LoadedFunction:
    """Checks one `azure.functions` Function. Raises FunctionLoadError, or what the annotations' evaluation raises."""
    body, name = function.get_user_function(), function.get_function_name()
    parameters = list(inspect.signature(body).parameters)
    hints = typing.get_type_hints(body)
    bindings = function.get_bindings()
    for binding in bindings:
        if binding.name == "$return" and not _is_out(binding):
            raise FunctionLoadError(name, '"$return" binding must have direction set to "out"')
    bound = {binding.name: binding for binding in bindings if binding.name != "$return"}
    wants_context = _takes_context(name, parameters, bound, hints)
    if wants_context:
        parameters.remove("context")
    _check_names(name, set(parameters), set(bound))
    slots = {parameter: _slot(name, parameter, bound[parameter], hints) for parameter in parameters}
    return LoadedFunction(
        name,
        body,
        str(Path(inspect.getfile(body)).parent),
        inspect.iscoroutinefunction(body),
        wants_context,
        {p: slot for p, slot in slots.items() if not _is_out(bound[p])},
        {p: slot for p, slot in slots.items() if _is_out(bound[p])},
        _return_slot(name, bindings, hints),
    )


def _is_out(binding: Any) -> bool:
    return int(getattr(binding.direction, "value", binding.direction)) == 1


def _takes_context(name: str, parameters: Iterable[str], bound: Iterable[str], hints: dict[str, Any]) -> bool:
    if "context" not in parameters or "context" in bound:
        return False
    hint = hints.get("context")
    if "context" in hints and not (isinstance(hint, type) and hint.__name__ == "Context"):
        raise FunctionLoadError(
            name, f'the "context" parameter is expected to be of type azure.functions.Context, got {hint!r}'
        )
    return True


def _check_names(name: str, parameters: set[str], bound: set[str]) -> None:
    if extra := parameters - bound:
        text = f"the following parameters are declared in Python but not in function.json: {extra!r}"
        raise FunctionLoadError(name, text)
    if missing := bound - parameters:
        text = f"the following parameters are declared in function.json but not in Python: {missing!r}"
        raise FunctionLoadError(name, text)


def _slot(name: str, parameter: str, binding: Any, hints: dict[str, Any]) -> Slot:
    if parameter not in hints:
        return Slot(binding.type, None)
    hint = hints[parameter]
    _look_for_client_type(hint)
    marked_out = _is_out_type(hint)
    pytype = _out_argument(name, parameter, hint) if marked_out else hint
    if not isinstance(pytype, type) and not _is_generic(pytype):
        raise FunctionLoadError(name, f"binding {parameter} has invalid non-type annotation {hint!r}")
    _check_direction(name, parameter, is_out=_is_out(binding), marked_out=marked_out)
    plain = pytype in (str, bytes) and not has_implicit_output(binding.type)
    text = binding.type == "blob" and pytype is str
    slot = Slot(GENERIC if plain else binding.type, pytype, is_sdk_type(hint), text)
    found = converter(slot.binding_type, deferred=slot.deferred)
    check = found.check_output_type_annotation if marked_out else found.check_input_type_annotation
    if not check(pytype):
        shown = getattr(pytype, "__name__", repr(pytype))
        raise FunctionLoadError(
            name,
            f'{parameter!r} binding type "{binding.type}" and dataType "{binding.data_type}" in function.json do not '
            f'match the corresponding function parameter\'s Python type annotation "{shown}"',
        )
    return slot


def _look_for_client_type(hint: Any) -> None:
    """Looks for SDK client types as Microsoft's worker does, which fails for special forms such as Optional[...]."""
    origin = typing.get_origin(hint)
    if origin is None:
        return
    arguments = typing.get_args(hint)
    # Before 3.14 `X | None` has the class UnionType as its origin and passes here; Optional[X] never does.
    if issubclass(origin, Iterable) and len(arguments) == 1:
        issubclass(arguments[0], type(None))


def _is_out_type(hint: Any) -> bool:
    origin = typing.get_origin(hint) or hint
    return isinstance(origin, type) and origin.__name__ == _OUT


def _out_argument(name: str, parameter: str, hint: Any) -> Any:
    arguments = typing.get_args(hint)
    if len(arguments) != 1:
        raise FunctionLoadError(name, f"binding {parameter} has invalid Out annotation {hint!r}")
    return arguments[0]


def _is_generic(hint: Any) -> bool:
    """Whether it is a class of `typing`, such as List[str]; `list[str]`, unions and callables are not."""
    if isinstance(hint, types.GenericAlias | types.UnionType):
        return False
    origin = typing.get_origin(hint)
    return isinstance(origin, type) and origin is not tuple and origin.__name__ != "Callable"


def _check_direction(name: str, parameter: str, *, is_out: bool, marked_out: bool) -> None:
    if is_out and not marked_out:
        raise FunctionLoadError(
            name,
            f'binding {parameter} is declared to have the "out" direction, but its annotation in Python is not '
            "a subclass of azure.functions.Out",
        )
    if marked_out and not is_out:
        raise FunctionLoadError(
            name,
            f'binding {parameter} is declared to have the "in" direction in function.json, but its annotation is '
            "azure.functions.Out in Python",
        )


def _return_slot(name: str, bindings: Iterable[Any], hints: dict[str, Any]) -> Slot | None:
    explicit = next((b.type for b in bindings if b.name == "$return"), None)
    if explicit is None:
        implicit = [b.type for b in bindings if has_implicit_output(b.type)]
        return Slot(implicit[-1], hints.get("return")) if implicit else None
    if "return" in hints:
        _check_return(name, explicit, hints["return"])
    return Slot(explicit, hints.get("return"))


def _check_return(name: str, binding_type: str, hint: Any) -> None:
    if typing.get_origin(hint) is not None and _is_out_type(hint):
        raise FunctionLoadError(name, "return annotation should not be azure.functions.Out")
    if not isinstance(hint, type) or isinstance(hint, types.GenericAlias):
        raise FunctionLoadError(name, f"has invalid non-type return annotation {hint!r}")
    if not converter(binding_type).check_output_type_annotation(hint):
        raise FunctionLoadError(
            name, f'Python return annotation "{hint.__name__}" does not match binding type "{binding_type}"'
        )
