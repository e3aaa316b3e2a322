"""Who is asking: the master key's signature or a bearer token of the local managed identity.

The signed text: https://learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources. The Python SDK
URL-encodes the header for keys only, the .NET SDK (with lower-case hexadecimal digits) for both kinds.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Literal
from urllib.parse import unquote

from localcloud.cosmos.errors import CosmosError
from localcloud.identity.tokens import InvalidTokenError, verify
from localcloud.wellknown import COSMOS_KEY

AAD_AUDIENCE = "https://cosmos.azure.com"
ALLOWED_SKEW = timedelta(minutes=15)
_RID_LENGTHS = {"dbs": 4, "colls": 8}
_AAD_FORBIDDEN = 5300


@dataclass(frozen=True)
class Identity:
    """How a request has proved who it is."""

    kind: Literal["key", "aad"]


def authorize(
    method: str,
    raw_path: str,
    headers: Mapping[str, str],
    *,
    now: datetime,
    audience_host: str,
    date: datetime | None = None,
) -> Identity:
    """The identity behind a request; `audience_host` is the host that clients use, without port.

    Tokens must be valid at `now`; signatures carry the date at which they were made, which must be near `date`
    (None: `now`).

    Raises a 401 for a missing, malformed or wrong authorization, a 403 for one that is out of date.
    """
    given = headers.get("authorization", "")
    if not given:
        raise _unauthorized("Required Header authorization is missing. Ensure a valid Authorization token is passed.")
    fields = _fields(unquote(given) if given.lower().startswith("type%") else given)
    match fields.get("type"):
        case "master":
            _check_signature(fields.get("sig", ""), method, raw_path, headers)
            _check_date(headers, date or now)
            return Identity("key")
        case "aad":
            _check_token(fields.get("sig", ""), audience_host, now)
            return Identity("aad")
        case "resource":
            raise _unauthorized("Resource tokens are not built in this stand-in for Cosmos DB yet.")
    raise _unauthorized(
        "Authorization header doesn't confirm to the required format. Please verify and try again: "
        "type={master|aad}&ver=1.0&sig=..."
    )


def require_data_plane(identity: Identity, method: str, resource_type: str, *, is_query: bool = False) -> None:
    """Raises the 403 with substatus 5300 for what only the control plane may do when the caller has a token.

    That is to create, change or delete databases and containers, and everything with offers; a query (`is_query`)
    lists databases or containers and is allowed.
    """
    reads = method == "GET" or (method == "POST" and is_query)
    forbidden = resource_type == "offers" or (resource_type in ("dbs", "colls") and not reads)
    if identity.kind == "aad" and forbidden:
        raise CosmosError(
            HTTPStatus.FORBIDDEN,
            f"Request blocked by Auth: The given request [{method} {resource_type}] cannot be authorized by AAD token "
            "in data plane. Learn more: https://aka.ms/cosmos-native-rbac.",
            substatus=_AAD_FORBIDDEN,
        )


def signed_resource(raw_path: str) -> tuple[str, str]:
    """Resource type and resource link that a signature for this path covers."""
    segments = [unquote(part) for part in raw_path.split("?", maxsplit=1)[0].split("/") if part]
    if segments[4:] == ["operations", "partitionkeydelete"]:
        segments = segments[:4]
    if not segments:
        return "", ""
    if segments[0] == "offers":
        return "offers", "".join(segments[1:2]).lower()
    names_one = len(segments) % 2 == 0
    kind = segments[-2] if names_one else segments[-1]
    owner = segments if names_one else segments[:-1]
    if _is_rid_addressed(segments):
        return kind, owner[-1].lower()
    return kind, "/".join(owner)


def signature(key: str, method: str, raw_path: str, headers: Mapping[str, str]) -> str:
    """The base64 signature of a request with a master key."""
    return _sign(key, _signed_text(method, raw_path, headers))


def _sign(key: str, text: str) -> str:
    digest = hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _signed_text(method: str, raw_path: str, headers: Mapping[str, str]) -> str:
    kind, link = signed_resource(raw_path)
    dates = (headers.get("x-ms-date", "").lower(), headers.get("date", "").lower())
    return "".join(f"{part}\n" for part in (method.lower(), kind.lower(), link, *dates))


def _is_rid_addressed(segments: list[str]) -> bool:
    """Whether the ids are resource ids: the database's is 8 characters of base64 for 4 bytes."""
    names = dict(zip(segments[0::2], segments[1::2], strict=False))
    return "dbs" in names and all(
        _byte_length(names[kind]) == length for kind, length in _RID_LENGTHS.items() if kind in names
    )


def _byte_length(text: str) -> int | None:
    try:
        return len(base64.b64decode(text.replace("-", "/"), validate=True))
    except (binascii.Error, ValueError):
        return None


def _fields(header: str) -> dict[str, str]:
    return {name.strip().lower(): value for name, _, value in (part.partition("=") for part in header.split("&"))}


def _check_signature(given: str, method: str, raw_path: str, headers: Mapping[str, str]) -> None:
    text = _signed_text(method, raw_path, headers)
    if not hmac.compare_digest(given.strip().encode(), _sign(COSMOS_KEY, text).encode()):
        payload = text.replace("\n", "\\n")
        raise _unauthorized(
            "The input authorization token can't serve the request. The wrong key is being used or the expected "
            "payload is not built as per the protocol. For more info: https://aka.ms/cosmosdb-tsg-unauthorized. "
            f"Server used the following payload to sign: '{payload}'"
        )


def _check_date(headers: Mapping[str, str], now: datetime) -> None:
    text = headers.get("x-ms-date") or headers.get("date", "")
    try:
        sent = parsedate_to_datetime(text)
    except ValueError:
        raise _unauthorized(
            f"The date header {text!r} is missing or not an RFC 1123 date such as 'Tue, 01 Nov 1994 08:12:31 GMT'."
        ) from None
    sent = sent.replace(tzinfo=UTC) if sent.tzinfo is None else sent
    if abs(now - sent) > ALLOWED_SKEW:
        raise CosmosError(
            HTTPStatus.FORBIDDEN,
            "The authorization token is not valid at the current time. Please create another token and retry "
            f"(token start time: {sent:%a, %d %b %Y %H:%M:%S} GMT, current server time: "
            f"{now:%a, %d %b %Y %H:%M:%S} GMT).",
        )


def _check_token(token: str, audience_host: str, now: datetime) -> None:
    try:
        verify(token, (f"https://{audience_host}", AAD_AUDIENCE), now)
    except InvalidTokenError as error:
        raise _unauthorized(f"Request blocked by Auth: {error}") from error


def _unauthorized(message: str) -> CosmosError:
    return CosmosError(HTTPStatus.UNAUTHORIZED, message)
