"""What functions return and put into Out parameters, as data for the host; HTTP responses included."""

from datetime import UTC, datetime
from http.cookies import Morsel
from typing import Any

from localcloud.host.model import NULL, Datum
from localcloud.host.worker.converters import converter, json_text


def encode(binding_type: str, value: Any, expected_type: Any) -> Datum:
    """The Datum for a value going to a binding. Raises TypeError or ValueError when the binding can't carry it."""
    found = converter(binding_type)
    try:
        datum = found.encode(value, expected_type=expected_type)
    except NotImplementedError:
        raise TypeError(
            f'unable to encode outgoing TypedData: unsupported type "{found}" for Python type "{type(value).__name__}"'
        ) from None
    return NULL if datum is None else _to_host(datum)


def _to_host(datum: Any) -> Datum:
    kind, value = datum.type, datum.value
    if kind == "http":
        return Datum("http", _http_response(value))
    if kind is None:
        return NULL
    if kind in ("dict", "list"):
        return json_text(value)
    if kind == "bool":
        return Datum("int", int(value))
    return Datum(kind, value)


def _http_response(value: dict[str, Any]) -> dict[str, Any]:
    body = value["body"]
    cookies = value.get("cookies")
    return {
        "status_code": value["status_code"].value,
        "headers": {name: datum.value for name, datum in value["headers"].items()},
        "body": NULL if body is None else Datum(body.type, body.value),
        "cookies": [_cookie(name, c) for parsed in cookies or () for name, c in parsed.items()],
    }


def _cookie(name: str, cookie: "Morsel[str]") -> dict[str, Any]:
    """A parsed Set-Cookie. Raises ValueError for a bad `expires`, TypeError for a bad `max-age`."""
    same_site = str(cookie["samesite"]).lower()
    return {
        "name": name,
        "value": cookie.value,
        "expires": _expires(cookie["expires"]),
        "max_age": _max_age(cookie["max-age"]),
        "domain": cookie["domain"],
        "path": cookie["path"],
        "secure": bool(cookie["secure"]),
        "same_site": same_site if same_site in ("lax", "strict", "none") else None,
        "http_only": bool(cookie["httponly"]),
    }


def _expires(text: str) -> datetime | None:
    return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC) if text else None


def _max_age(text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise TypeError(f"Cannot parse value {text} of 'cookie.maxAge' to float.") from None
