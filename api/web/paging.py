"""Listings, a page at a time: one row more than is shown tells whether another page follows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field

from api.web.validation import Query
from shared.cursors import Cursors

T = TypeVar("T")


class PageQuery(Query):
    """Parameters of every listing."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: str | None = None


@dataclass(frozen=True)
class Page(Generic[T]):
    """The rows to show, and the cursor of the page behind them; None on the last one."""

    rows: list[T]
    next_cursor: str | None


async def read_page(
    cursors: Cursors,
    listing: str,
    query: PageQuery,
    read: Callable[[int, list[Any] | None], Awaitable[list[T]]],
    position: Callable[[T], list[Any]],
) -> Page[T]:
    """The page that the query asks for. `listing` names the listing with its filters and order.

    `read` gets how many rows to return at most and the `position` of the row to start after (None: from the front).
    Raises ValidationError for a cursor of another listing.
    """
    after = await cursors.open(listing, query.cursor) if query.cursor else None
    found = await read(query.limit + 1, after)
    rows = found[: query.limit]
    more = len(found) > query.limit
    return Page(rows, await cursors.seal(listing, position(rows[-1])) if more else None)
