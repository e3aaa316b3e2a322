"""How often containers are looked at, on a clock that only the storage of the test moves."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
from azure.storage.blob import BlobProperties

from localcloud.host.triggers.storage.blob_path import BlobPattern
from localcloud.host.triggers.storage.blob_scanner import Scanner


class SlowStorage:
    """A container with one blob, whose list takes `listing` seconds, its receipts, and a queue that takes 100."""

    container_name = "c"

    def __init__(self, listing: float) -> None:
        self.now, self.listing = 0.0, listing
        self.queued: list[str] = []

    async def list_blobs(self, **_: object) -> AsyncIterator[BlobProperties]:
        self.now += self.listing
        yield BlobProperties(name="one", etag="1")

    async def enqueue(self, name: str, _etag: str) -> None:
        self.now += 100
        self.queued.append(name)

    async def open(self) -> None: ...

    def of(self, *_: str) -> "SlowStorage":
        return self

    async def claim(self) -> bool:
        return True

    async def complete(self) -> None: ...


@pytest.mark.parametrize(("listing", "pause"), [(0.0, 0.5), (2.0, 8.0)])
async def test_the_pause_depends_on_the_list_and_not_on_how_many_blobs_came(
    listing: float, pause: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = SlowStorage(listing)
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        raise asyncio.CancelledError

    module = "localcloud.host.triggers.storage.blob_scanner"
    monkeypatch.setattr(f"{module}.time", SimpleNamespace(monotonic=lambda: storage.now))
    monkeypatch.setattr(f"{module}.asyncio", SimpleNamespace(sleep=sleep, gather=asyncio.gather))
    scanner = Scanner(storage, BlobPattern.of("c/{name}"), storage, storage.enqueue, print)  # type: ignore[arg-type]  # stands for both
    with pytest.raises(asyncio.CancelledError):
        await scanner.run(lambda: None)
    assert (storage.queued, pauses) == (["one"], [pause])
