"""JSON bodies, read strictly: what two readers could understand differently is refused."""

import json
from collections import Counter
from decimal import Decimal, DecimalException
from typing import Any, NoReturn

from shared.errors import BadRequestError, PayloadTooLargeError, UnsupportedMediaTypeError

MAX_BODY_BYTES = 1024 * 1024
MAX_DEPTH = 32


def check_size(body: bytes) -> None:
    """Raises PayloadTooLargeError for a body over MAX_BODY_BYTES."""
    if len(body) > MAX_BODY_BYTES:
        raise PayloadTooLargeError(f"The body has {len(body)} bytes; at most {MAX_BODY_BYTES} are accepted.")


def check_media_type(content_type: str | None) -> None:
    """Raises UnsupportedMediaTypeError unless the type is application/json, in UTF-8 if it names a charset."""
    media_type, *parameters = [part.strip().lower() for part in (content_type or "").split(";")]
    if media_type != "application/json":
        raise UnsupportedMediaTypeError("Send the body as JSON, with the header `Content-Type: application/json`.")
    charsets = [value.strip('" ') for name, _, value in (p.partition("=") for p in parameters) if name == "charset"]
    if any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise UnsupportedMediaTypeError(f"JSON is UTF-8; the charset {charsets[0]!r} isn't supported.")


def parse_json(body: bytes, *, chunked: bool = False) -> Any:
    """The value, with every number that isn't an integer as Decimal. Raises BadRequestError.

    Refused besides broken JSON: other encodings than UTF-8, NaN and Infinity, lone surrogates, a name twice in one
    object, more than MAX_DEPTH levels.
    """
    if not body:
        hint = " The Functions host doesn't pass on chunked bodies: send Content-Length." if chunked else ""
        raise BadRequestError(f"The body is empty; a JSON object is expected.{hint}")
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text, parse_float=_decimal, parse_constant=_refuse_constant, object_pairs_hook=_object_without_repeats
        )
    except UnicodeDecodeError as error:
        raise BadRequestError(f"The body isn't UTF-8: byte {error.start} fits no character.") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise BadRequestError(f"The body isn't JSON: {error.msg} at {place}.") from error
    except ValueError as error:
        raise BadRequestError(f"The body isn't acceptable JSON: {error}.") from error
    except RecursionError as error:
        raise _too_deep() from error
    _check_values(value)
    return value


def _decimal(literal: str) -> Decimal:
    try:
        return Decimal(literal)
    except DecimalException as error:
        raise ValueError(f"the number {literal[:40]} is out of range") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} isn't a JSON number")


def _object_without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        repeated, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"the name {repeated!a} occurs twice in one object")
    return found


def _check_values(value: Any) -> None:
    """Walks level by level, without recursion."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        if not level:
            return
        below: list[Any] = []
        for found in level:
            if isinstance(found, str):
                _check_text(found)
            elif isinstance(found, dict):
                below += [*found, *found.values()]
            elif isinstance(found, list):
                below += found
        level = below
    raise _too_deep()


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadRequestError(f"The body holds half of a surrogate pair: {text[:40]!a}.") from error


def _too_deep() -> BadRequestError:
    return BadRequestError(f"The body is nested too deeply; at most {MAX_DEPTH} levels are accepted.")
