"""Models of the wire, and broken rules as violations with JSON Pointers."""

from collections.abc import Mapping
from typing import Any, TypeVar

import pydantic
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from shared.errors import ValidationError, Violation

M = TypeVar("M", bound=BaseModel)

_TEXTS = {
    "missing": "this field is required",
    "extra_forbidden": "there is no such field",
    "model_type": "a JSON object is expected",
    "dict_type": "a JSON object is expected",
    "list_type": "an array is expected",
    "string_type": "a string is expected",
    "int_type": "a whole number is expected",
    "bool_type": "true or false is expected",
}


class Body(BaseModel):
    """Base of request bodies: camelCase, strict types, no unknown fields, texts without blanks at their ends."""

    model_config = ConfigDict(
        alias_generator=to_camel, strict=True, extra="forbid", str_strip_whitespace=True, validate_by_name=False
    )


class Query(BaseModel):
    """Base of query parameters: camelCase; texts are converted; unknown parameters are ignored."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", validate_by_name=False)


class View(BaseModel):
    """Base of what is answered: camelCase; what a resource doesn't have is left out."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    def to_wire(self) -> dict[str, Any]:
        """The JSON object."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def validated_body(model: type[M], value: Any) -> M:
    """The body as its model. Raises ValidationError, with a JSON Pointer to each offending value."""
    try:
        return model.model_validate(value)
    except pydantic.ValidationError as error:
        raise _refusal("body", [Violation(_pointer(found["loc"]), _text(found)) for found in error.errors()]) from None


def validated_query(model: type[M], parameters: Mapping[str, str]) -> M:
    """The query parameters as their model. Raises ValidationError, with `?name` for each offending one."""
    try:
        return model.model_validate(dict(parameters))
    except pydantic.ValidationError as error:
        violations = [
            Violation(f"?{found['loc'][0] if found['loc'] else ''}", _text(found)) for found in error.errors()
        ]
        raise _refusal("query", violations) from None


def _refusal(part: str, violations: list[Violation]) -> ValidationError:
    first = violations[0]
    more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
    where = first.pointer or "the top level"
    return ValidationError(f"The {part} breaks a rule at {where}: {first.detail}{more}.", errors=violations)


def _pointer(location: tuple[int | str, ...]) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in location)


def _text(found: ErrorDetails) -> str:
    message = found["msg"].removeprefix("Value error, ")
    return _TEXTS.get(found["type"], message[:1].lower() + message[1:])
