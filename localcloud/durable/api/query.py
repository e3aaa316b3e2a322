"""Query parameters: names in any case, unusable values ignored as the real extension ignores them."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime

from aiohttp import web

from localcloud.durable.model import InstanceQuery, RuntimeStatus

CONTINUATION = "x-ms-continuation-token"
_PAGE = 100
_LARGEST_PAGE = 100_000
_TOKEN_MARK = "after:"  # noqa: S105 - a prefix inside the page token, no secret


class Parameters:
    """The query of a request; several values under one name keep their order."""

    def __init__(self, request: web.Request) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in request.query.items():
            self._values.setdefault(name.lower(), []).append(value)

    def text(self, name: str) -> str | None:
        """The first value of a parameter, None when it is missing."""
        return next(iter(self._values.get(name.lower(), [])), None)

    def words(self, name: str) -> list[str]:
        """All values of a parameter, commas split, without the blanks around them."""
        return [word.strip() for value in self._values.get(name.lower(), []) for word in value.split(",")]

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean parameter: only true and false count, in any case; anything else is as if missing."""
        return {"true": True, "false": False}.get((self.text(name) or "").lower(), default)

    def time(self, name: str) -> datetime | None:
        """A point in time (ISO 8601, UTC assumed); None when it is missing or can't be read."""
        try:
            value = datetime.fromisoformat(self.text(name) or "")
        except ValueError:
            return None
        return value if value.tzinfo else value.replace(tzinfo=UTC)

    def seconds(self, name: str) -> float | None:
        """A duration in seconds, fractions allowed; None when it is missing, negative or no number."""
        try:
            value = float(self.text(name) or "")
        except ValueError:
            return None
        return value if 0 <= value < float("inf") else None

    def whole(self, name: str, default: int) -> int:
        """An integer, or the default when it is missing or none."""
        try:
            return int(self.text(name) or "")
        except ValueError:
            return default

    def statuses(self) -> frozenset[RuntimeStatus]:
        """The `runtimeStatus` filter; unknown words don't count (case matters), none left means no filter."""
        known = {status.value: status for status in RuntimeStatus}
        return frozenset(known[word] for word in self.words("runtimeStatus") if word in known)


def page_query(parameters: Parameters, headers: Mapping[str, str]) -> InstanceQuery | None:
    """The filter of a list request; None when its continuation token is not one of ours (an empty page)."""
    token = headers.get(CONTINUATION)
    after = None
    if token:
        after = _after(token)
        if after is None:
            return None
    return InstanceQuery(
        created_from=parameters.time("createdTimeFrom"),
        created_to=parameters.time("createdTimeTo"),
        statuses=parameters.statuses(),
        id_prefix=parameters.text("instanceIdPrefix"),
        top=min(parameters.whole("top", _PAGE), _LARGEST_PAGE),
        after_id=after or None,
    )


def page_token(last_id: str) -> str:
    """The token of a page that ended with this id ("" for a page without entries)."""
    return base64.b64encode(f"{_TOKEN_MARK}{last_id}".encode()).decode("ascii")


def _after(token: str) -> str | None:
    try:
        text = base64.b64decode(token, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return text.removeprefix(_TOKEN_MARK) if text.startswith(_TOKEN_MARK) else None
