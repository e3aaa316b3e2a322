"""The change feed over HTTP: a GET of /docs with A-IM.

Where to start stands in the conditional headers: none for the beginning, `If-None-Match: *` for now, `If-None-Match`
with the etag of the last answer to go on, `If-Modified-Since` for a time (with either of the others, too).
"""

from email.utils import parsedate_to_datetime
from http import HTTPStatus

from aiohttp import web

from localcloud.cosmos.change_feed import Start, read_changes
from localcloud.cosmos.charges import query_charge
from localcloud.cosmos.errors import bad_request, not_built
from localcloud.cosmos.http.exchange import Exchange
from localcloud.cosmos.query import Scope
from localcloud.cosmos.resources import Container
from localcloud.cosmos.store import CosmosStore

_LATEST_VERSION, _ALL_VERSIONS = "incremental feed", "full-fidelity feed"


async def change_feed(store: CosmosStore, container: Container, exchange: Exchange, scope: Scope) -> web.Response:
    """One page of changes, or 304 when there are none; the etag of either is the position to go on from."""
    _check_mode(exchange.header("A-IM") or "")
    start, limit = start_of(exchange.header("If-None-Match"), exchange.header("If-Modified-Since")), exchange.page_size
    page = await store.file.scan(
        lambda connection: read_changes(connection, container, scope, store.now(), start=start, limit=limit)
    )
    etag, charge = f'"{page.lsn}"', query_charge(len(page.documents))
    if not page.documents:
        return exchange.answer(HTTPStatus.NOT_MODIFIED, etag=etag, charge=charge, container=container)
    body = {"_rid": container.rid, "Documents": page.documents, "_count": len(page.documents)}
    headers = {"x-ms-item-count": str(len(page.documents))}
    return exchange.answer(200, body, etag=etag, charge=charge, container=container, headers=headers)


def start_of(position: str | None, since: str | None) -> Start:
    """The start that If-None-Match and If-Modified-Since ask for. Raises a 400 for what was never handed out."""
    seconds = _seconds(since) if since is not None else 0
    if position is None:
        return Start(0, seconds)
    if position.strip() == "*":
        return Start(None, seconds)
    number = position.strip().strip('"')
    if not (number.isascii() and number.isdigit() and len(number) < len(str(2**63))):
        raise bad_request(f"If-None-Match of a change feed must be * or the etag of its last page, not {position!r}.")
    return Start(int(number), seconds)


def _check_mode(mode: str) -> None:
    if mode.strip().lower() == _ALL_VERSIONS:
        raise not_built("The change feed of all versions and deletes (A-IM: Full-Fidelity Feed)")
    if mode.strip().lower() != _LATEST_VERSION:
        raise bad_request(f"The change feed mode A-IM: {mode} is unknown. Use 'Incremental Feed'.")


def _seconds(text: str) -> int:
    try:
        return int(parsedate_to_datetime(text).timestamp())
    except (ValueError, OverflowError):
        raise bad_request(
            f"If-Modified-Since must be a date like 'Wed, 21 Oct 2026 07:28:00 GMT', not {text!r}."
        ) from None
