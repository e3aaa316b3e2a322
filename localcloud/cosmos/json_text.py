"""JSON as bytes: strict on the way in, whatever the document says on the way out."""

from typing import Any

import orjson

from localcloud.cosmos.errors import bad_request


def parsed(body: bytes, what: str = "request") -> Any:
    """The value of a JSON text. Raises a 400 for malformed JSON, NaN, Infinity, lone surrogates and wrong encodings."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise bad_request(f"The {what} body is not valid JSON: {error}.") from error


def parsed_object(body: bytes, what: str = "request") -> dict[str, Any]:
    """The JSON object of a body. Raises a 400."""
    value = parsed(body, what)
    if not isinstance(value, dict):
        raise bad_request(f"The {what} body must be a JSON object.")
    return value


def text(value: Any) -> bytes:
    """The JSON text of a value. Raises a 400 for what JSON can't hold."""
    try:
        return orjson.dumps(value)
    except (TypeError, orjson.JSONEncodeError) as error:
        raise bad_request(f"The document can't be stored as JSON: {error}.") from error
