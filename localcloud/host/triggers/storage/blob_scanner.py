"""Looks for new blobs of one function and puts each into the host's own queue, once for every version.

The real host looks about every ten seconds; here it is twice a second, less often in a container that takes long.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from itertools import islice

from azure.core.exceptions import HttpResponseError
from azure.storage.blob.aio import ContainerClient

from localcloud.host.triggers.storage.blob_path import BlobPattern
from localcloud.host.triggers.storage.blob_receipts import Receipts

_PAUSE = 0.5
_SHARE = 4
"""A scan is followed by a pause of so many times the duration of its list, at least; handing over doesn't count."""
_AT_ONCE = 64
"""Blobs that are handed over side by side. Storage that saves changes together serves many at once in the same time."""
_REFUSALS = (400, 413, 414)


class Scanner:
    """Scans for one function. `enqueue(blob, etag)` hands a blob over."""

    def __init__(
        self,
        container: ContainerClient,
        pattern: BlobPattern,
        receipts: Receipts,
        enqueue: Callable[[str, str], Awaitable[None]],
        log: Callable[[str], None],
    ) -> None:
        self._container, self._pattern, self._receipts = container, pattern, receipts
        self._enqueue, self._log = enqueue, log
        self._seen: dict[str, str] = {}
        """The newest version of each blob that needs nothing more, by name."""

    async def run(self, well: Callable[[], None]) -> None:
        """Scans until it is cancelled; `well` is called after every scan. Raises AzureError."""
        await self._receipts.open()
        while True:
            listing = await self._scan()
            well()
            await asyncio.sleep(max(_PAUSE, _SHARE * listing))

    async def _scan(self) -> float:
        """Hands over what is new; returns how many seconds the list took."""
        began = time.monotonic()
        present: dict[str, str] = {}
        async for blob in self._container.list_blobs(name_starts_with=self._pattern.prefix or None):
            present[blob.name] = (blob.etag or "").strip('"')
        listing = time.monotonic() - began
        new = [(name, etag) for name, etag in present.items() if self._is_new(name, etag)]
        self._seen = {name: etag for name, etag in self._seen.items() if name in present}
        waiting = iter(new)
        while batch := list(islice(waiting, _AT_ONCE)):
            await asyncio.gather(*(self._hand_over(name, etag) for name, etag in batch))
        return listing

    def _is_new(self, name: str, etag: str) -> bool:
        return self._seen.get(name) != etag and self._pattern.match(name) is not None

    async def _hand_over(self, name: str, etag: str) -> None:
        receipt = self._receipts.of(self._container.container_name, name, etag)
        try:
            claimed = await receipt.claim()
        except HttpResponseError as error:
            if error.status_code not in _REFUSALS:
                raise
            self._log(f"The blob '{self._container.container_name}/{name}' can't have a receipt and is left: {error}")
            claimed = False
        if claimed:
            await self._enqueue(name, etag)
            await receipt.complete()
        if claimed is not None:
            self._seen[name] = etag
