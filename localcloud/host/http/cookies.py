"""Set-Cookie lines as the host builds them anew from the cookies that the worker parsed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote


def set_cookie(cookie: Mapping[str, Any]) -> str:
    """One Set-Cookie value.

    Keys: name, value, expires (aware datetime), max_age (seconds), domain, path, secure, same_site, http_only.

    The order is fixed, an empty `domain=` and `path=` are always there, the value is percent-escaped.
    """
    parts = [f"{cookie['name']}={quote(str(cookie.get('value') or ''), safe='')}"]
    expires = cookie.get("expires")
    if isinstance(expires, datetime):
        parts.append(f"expires={format_datetime(expires.astimezone(UTC), usegmt=True)}")
    if cookie.get("max_age") is not None:
        parts.append(f"max-age={int(cookie['max_age'])}")
    parts.append(f"domain={cookie.get('domain') or ''}")
    parts.append(f"path={cookie.get('path') or ''}")
    if cookie.get("secure"):
        parts.append("secure")
    if cookie.get("same_site"):
        parts.append(f"samesite={str(cookie['same_site']).lower()}")
    if cookie.get("http_only"):
        parts.append("httponly")
    return "; ".join(parts)
