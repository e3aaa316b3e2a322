"""The azure.functions converters by binding type, and the one that serves every type without its own."""

import json
from types import SimpleNamespace
from typing import Any

from azure.functions import meta

from localcloud.host.model import Datum
from localcloud.host.worker.sdk_types import sdk_type_converter

DURABLE_CLIENT = "durableClient"
GENERIC = "generic"


class GenericConverter:
    """Text, bytes and JSON for binding types that azure.functions has no converter for."""

    @classmethod
    def check_input_type_annotation(cls, pytype: Any) -> bool:
        """Whether a parameter may have this type."""
        return issubclass(pytype, str | bytes)

    @classmethod
    def check_output_type_annotation(cls, pytype: Any) -> bool:
        """Whether a return value or Out parameter may have this type."""
        return issubclass(pytype, str | bytes | bytearray)

    @classmethod
    def decode(cls, data: Any, *, trigger_metadata: Any) -> Any:
        """The value as it came. Raises ValueError for a type that can't be handed over."""
        if data is None or data.type is None:
            return None
        if data.type not in ("string", "bytes", "json"):
            raise ValueError('unexpected type of data received for the "generic" binding ', repr(data.type))
        return data.value

    @classmethod
    def encode(cls, obj: Any, *, expected_type: Any) -> Any:
        """The SDK Datum for a value. Raises NotImplementedError for a type that has none."""
        if isinstance(obj, bytearray):
            obj = bytes(obj)
        for pytype, name in _DATUM_TYPES:
            if isinstance(obj, pytype):
                return meta.Datum(obj, name)
        raise NotImplementedError


_DATUM_TYPES: tuple[tuple[type, str | None], ...] = (
    (str, "string"),
    (bytes, "bytes"),
    (type(None), None),
    (dict, "dict"),
    (list, "list"),
    (int, "int"),
    (float, "double"),
)


def converter(binding_type: str, *, deferred: bool = False) -> Any:
    """The converter class of a binding type; of SDK types with `deferred`."""
    if deferred:
        return sdk_type_converter(binding_type) or GenericConverter
    return meta._ConverterMeta._bindings.get(binding_type, GenericConverter)  # noqa: SLF001 - where Microsoft's worker looks


def is_trigger(binding_type: str) -> bool:
    """Whether the type's converter wants the trigger's metadata."""
    found = converter(binding_type)
    return found is not GenericConverter and bool(found.has_trigger_support())


def has_implicit_output(binding_type: str) -> bool:
    """Whether a function with this binding returns a value without a `$return` binding (activities, generic types)."""
    found = converter(binding_type)
    if found is GenericConverter:
        return binding_type != DURABLE_CLIENT
    return bool(getattr(found, "has_implicit_output", bool)())


def decode(binding_type: str, datum: Datum, metadata: dict[str, Any]) -> Any:
    """What the function gets for a piece of data. Raises TypeError when the binding can't take it."""
    found = converter(binding_type)
    try:
        return found.decode(meta.Datum(_sdk_value(datum), datum.type), trigger_metadata=metadata)
    except NotImplementedError:
        raise TypeError(
            "unable to decode incoming TypedData: unsupported combination of TypedData field "
            f"{datum.type!r} and expected binding type {found}"
        ) from None


def _sdk_value(datum: Datum) -> Any:
    if datum.type is not None and datum.type.startswith("collection_"):
        return SimpleNamespace(**{datum.type.removeprefix("collection_"): datum.value})
    if datum.type != "http":
        return datum.value
    value = datum.value
    wrapped: dict[str, Any] = {name: meta.Datum(value[name], "string") for name in ("method", "url")}
    for name in ("headers", "query", "params"):
        wrapped[name] = {key: meta.Datum(text, "string") for key, text in value[name].items()}
    body_type, body = value["body"]
    wrapped["body"] = meta.Datum(b"" if body is None else body, body_type or "bytes")
    return wrapped


def sdk_metadata(metadata: dict[str, Datum]) -> dict[str, Any]:
    """Trigger metadata as the converters read it."""
    return {name: meta.Datum(_sdk_value(Datum(*datum)), datum[0]) for name, datum in metadata.items()}


def json_text(value: Any) -> Datum:
    """A JSON Datum for a dict or list. Raises TypeError when it isn't JSON."""
    return Datum("json", json.dumps(value))
