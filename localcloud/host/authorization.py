"""Who may do what: function levels, the admin API, webhooks. Rules recorded on the real host."""

from enum import Enum
from hmac import compare_digest

from aiohttp import web

from localcloud.host.http.query import query_values
from localcloud.host.http.response import empty
from localcloud.host.keys import KeyStore
from localcloud.host.model import FunctionMetadata

KEY_HEADER = "x-functions-key"
_LEVELS = ("anonymous", "function", "admin", "system")


class Standing(Enum):
    """What a key shows its bearer to be."""

    UNKNOWN = 0
    SYSTEM = 1
    FUNCTION = 2
    MASTER = 3


def shown_key(request: web.Request) -> str:
    """The key a request shows: the header (repeats joined, so never right) before the first `code` of the query."""
    shown = request.headers.getall(KEY_HEADER, [])
    if shown and (key := ",".join(shown)):
        return key
    if "code=" not in request.raw_path.lower():
        return ""
    return next(iter(query_values(request.raw_path.partition("?")[2]).get("code", [])), "")


def level_of(function: FunctionMetadata) -> str:
    """The function's authorization level: "function" when it names none, "anonymous" for a text that is no level."""
    level = function.trigger.get("authLevel")
    if level is None:
        return "function"
    text = str(level).lower()
    return text if text in _LEVELS else "anonymous"


_SUFFICIENT = {
    "function": frozenset({Standing.FUNCTION, Standing.MASTER}),
    "system": frozenset({Standing.SYSTEM, Standing.MASTER}),
    "admin": frozenset({Standing.MASTER}),
}


class Authorization:
    """Checks keys against the store; with `enabled=False` everybody may do everything, as with `func start`."""

    def __init__(self, store: KeyStore, *, enabled: bool) -> None:
        self._store = store
        self._enabled = enabled
        self._used: dict[tuple[str, str], Standing] = {}
        self._used_at = -1

    def may_call(self, request: web.Request, function: FunctionMetadata) -> bool:
        """Whether the request may run this HTTP function."""
        level = level_of(function)
        if not self._enabled or level == "anonymous":
            return True
        return self.standing(shown_key(request), function.name) in _SUFFICIENT[level]

    def refuse_admin(self, request: web.Request) -> web.Response | None:
        """None when the request shows the master key; else the refusal (401, or 403 for a lesser key)."""
        return self._refusal(request, None)

    def refuse_webhook(self, request: web.Request, system_key: str) -> web.Response | None:
        """None when the request shows the master key or that system key; else the refusal."""
        return self._refusal(request, system_key)

    def standing(self, key: str, function: str = "") -> Standing:
        """What a key shows. Like the host's cache, a key that was good once passes in any case of its letters."""
        if not key:
            return Standing.UNKNOWN
        if self._used_at != self._store.changes:
            self._used, self._used_at = {}, self._store.changes
        cached = self._used.get((function, key.lower()))
        if cached is not None:
            return cached
        standing = self._look_up(key, function)
        if standing is not Standing.UNKNOWN:
            self._used[function, key.lower()] = standing
        return standing

    def _look_up(self, key: str, function: str) -> Standing:
        if _same(key, self._store.master):
            return Standing.MASTER
        own = self._store.function(function) if function else {}
        if any(_same(key, value) for value in (*own.values(), *self._store.host.values())):
            return Standing.FUNCTION
        if any(_same(key, value) for value in self._store.system.values()):
            return Standing.SYSTEM
        return Standing.UNKNOWN

    def _refusal(self, request: web.Request, system_key: str | None) -> web.Response | None:
        if not self._enabled:
            return None
        key = shown_key(request)
        standing = self.standing(key)
        if standing is Standing.MASTER or (system_key and key and _same(key, self._store.system_key(system_key))):
            return None
        if standing is Standing.UNKNOWN:
            return empty(401, {"WWW-Authenticate": "Bearer"})
        return empty(403)


def _same(key: str, value: str) -> bool:
    return value != "" and compare_digest(key.encode(), value.encode())
