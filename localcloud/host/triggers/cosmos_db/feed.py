"""The monitored container's change feed, one page at a time."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from azure.cosmos.aio import ContainerProxy

_RANGE = "x-ms-documentdb-partitionkeyrangeid"
"""The SDK takes a range id for its bookkeeping only and doesn't send it: the feed would be that of all partitions."""


class FeedResetError(Exception):
    """The feed is behind what was read from it: the container was deleted and created again."""


@dataclass(frozen=True)
class FeedPage:
    """Changed documents (none: there is nothing new), and the etag to go on from."""

    documents: list[dict[str, Any]]
    etag: str


class ChangeFeed:
    """Reads partitions of a container from `start`: None for the beginning."""

    def __init__(self, container: ContainerProxy, start: datetime | None, max_items: int | None) -> None:
        self._container, self._start, self._max_items = container, start, max_items

    async def partitions(self) -> list[dict[str, Any]]:
        """The container's partition key ranges."""
        container = self._container
        ranges = container.client_connection._ReadPartitionKeyRanges(container.container_link)  # noqa: SLF001 - feed ranges don't tell their ids
        return [dict(one) async for one in ranges]

    async def page(self, range_id: str, continuation: str | None) -> FeedPage:
        """The next page of a partition. Raises FeedResetError."""
        options: dict[str, Any] = {"start_time": self._start or "Beginning"}
        if continuation is not None:
            options = {"continuation": continuation}
        if self._max_items is not None:
            options["max_item_count"] = self._max_items
        etags: list[str] = []

        def note(headers: Mapping[str, Any], _body: Any) -> None:
            etags.append(str(headers["etag"]))

        with warnings.catch_warnings():
            # the SDK would like feed ranges, but leases are kept per partition key range, with plain etags
            warnings.simplefilter("ignore", DeprecationWarning)
            pages = self._container.query_items_change_feed(
                partition_key_range_id=range_id, headers={_RANGE: range_id}, response_hook=note, **options
            ).by_page()
        documents: list[dict[str, Any]] = []
        async for page in pages:
            documents = [dict(document) async for document in page]
            break
        if continuation is not None and _number(etags[-1]) < _number(continuation):
            raise FeedResetError(f"The change feed stands at {etags[-1]}, before {continuation}.")
        return FeedPage(documents, etags[-1])


def _number(etag: str) -> int:
    """An etag of the feed as a number; 0 when it is none."""
    text = etag.strip('"')
    return int(text) if text.isascii() and text.isdigit() else 0
