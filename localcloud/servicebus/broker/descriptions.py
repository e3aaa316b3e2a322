"""Descriptions of entities: the section `serviceBus` of a resources file, or the official emulator's Config.json."""

from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from localcloud.servicebus.broker.filters.rules import RuleDefinition
from localcloud.servicebus.broker.options import Options, QueueOptions, TopicOptions

Described = TypeVar("Described", bound=BaseModel)
_OF_THE_EMULATOR_ALONE = {"UserConfig": {"Namespaces", "Logging"}, "Namespaces": {"Name", "Queues", "Topics"}}


class DefinitionError(Exception):
    """A description of entities can't be used; the text names the place and the reason."""


class EntityMissingError(DefinitionError):
    """There is no such entity or rule."""


class EntityExistsError(DefinitionError):
    """There is such an entity or rule already."""


class QueueDescription(QueueOptions):
    """A queue."""

    name: str = Field(min_length=1, max_length=260, pattern=r"^[\w.~/-]+$")


class SubscriptionDescription(QueueOptions):
    """A subscription: a queue's settings, a name and rules (none given: everything matches)."""

    name: str = Field(min_length=1, max_length=50, pattern=r"^[\w.-]+$")
    rules: tuple[RuleDefinition, ...] | None = None


class TopicDescription(TopicOptions):
    """A topic with its subscriptions."""

    name: str = Field(min_length=1, max_length=260, pattern=r"^[\w.~/-]+$")
    subscriptions: tuple[SubscriptionDescription, ...] = ()


class Description(Options):
    """The section `serviceBus` of a resources description."""

    queues: tuple[QueueDescription, ...] = Field(default=())
    topics: tuple[TopicDescription, ...] = Field(default=())


def parsed(described: Any) -> Description:
    """The description of a JSON value. Settings may stand under `properties`, as in Config.json.

    Raises DefinitionError, which names an unknown key.
    """
    if not isinstance(described, dict):
        raise DefinitionError("The description of entities must be a JSON object.")
    if "UserConfig" in described:
        return validated(Description, _from_emulator(described))
    return validated(Description, _flattened(described.get("serviceBus", described)))


def validated(model: type[Described], value: Any) -> Described:
    """The value as a model. Raises DefinitionError, whose text begins with the place of the fault."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the top"
        raise DefinitionError(f"The description of entities is wrong at {place}: {fault_in(error)}.") from error


def fault_in(error: ValidationError) -> str:
    """The first fault in words, without a full stop."""
    first = error.errors(include_url=False)[0]
    if first["type"] == "extra_forbidden":
        return "there is no such setting"
    return first["msg"].removeprefix("Value error, ").rstrip(".")


def _from_emulator(described: dict[str, Any]) -> dict[str, Any]:
    """Config.json: PascalCase, settings under `Properties`, entities per namespace."""
    config = described["UserConfig"]
    if not isinstance(config, dict):
        raise DefinitionError("The description of entities is wrong at UserConfig: it must be an object.")
    _known(config, "UserConfig", "UserConfig")
    namespaces = config.get("Namespaces") or []
    queues: list[Any] = []
    topics: list[Any] = []
    for number, namespace in enumerate(namespaces if isinstance(namespaces, list) else [None]):
        place = f"UserConfig.Namespaces.{number}"
        if not isinstance(namespace, dict):
            raise DefinitionError(f"The description of entities is wrong at {place}: it must be an object.")
        _known(namespace, "Namespaces", place)
        queues += namespace.get("Queues") or []
        topics += namespace.get("Topics") or []
    return {"queues": _flattened(queues), "topics": _flattened(topics)}


def _known(found: dict[str, Any], kind: str, place: str) -> None:
    unknown = sorted(found.keys() - _OF_THE_EMULATOR_ALONE[kind])
    if unknown:
        text = f"The description of entities is wrong at {place}.{unknown[0]}: there is no such setting."
        raise DefinitionError(text)


def _flattened(value: Any) -> Any:
    """With the settings under `properties` beside the name, and all keys in camelCase but those of messages."""
    if isinstance(value, list | tuple):
        return [_flattened(item) for item in value]
    if not isinstance(value, dict):
        return value
    named = "Name" in value or "name" in value
    flat: dict[str, Any] = {}
    for key, item in value.items():
        name = key[:1].lower() + key[1:]
        if name == "properties" and named and isinstance(item, dict):
            flat |= _flattened(item)
        else:
            flat[name] = item if name in ("properties", "applicationProperties", "userProperties") else _flattened(item)
    return flat
