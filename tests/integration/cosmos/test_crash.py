"""kill -9 while clients write: what was acknowledged is there after the restart, and no batch is torn."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.integration.cosmos.raw import DOCS, RawClient

START_DEADLINE = 30.0
WRITERS = 8
ENOUGH = 60


class StandIn:
    """`python -m localcloud cosmos` as a process on a port of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        arguments = ["-m", "localcloud", "cosmos", "--port", str(self.port), "--data", str(self._folder)]
        self._process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        first = await asyncio.wait_for(self._process.stdout.readline(), START_DEADLINE)
        assert b"Cosmos DB: http://localhost:" in first

    async def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None


@pytest.fixture
async def stand_in(tmp_path: Path) -> AsyncIterator[StandIn]:
    stand_in = StandIn(tmp_path)
    yield stand_in
    await stand_in.kill()


async def _create_container(raw: RawClient) -> None:
    assert (await raw.send("POST", "/dbs", {"id": "shop"})).status == 201
    container = {"id": "items", "partitionKey": {"paths": ["/pk"], "kind": "Hash", "version": 2}}
    assert (await raw.send("POST", "/dbs/shop/colls", container)).status == 201


def _pair(name: str) -> list[dict[str, Any]]:
    return [
        {"operationType": "Create", "resourceBody": {"id": f"{name}-{half}", "pk": "p"}} for half in ("first", "second")
    ]


async def _write_until_gone(raw: RawClient, writer: int, acknowledged: set[str], enough: asyncio.Event) -> None:
    number = 0
    while True:
        name = f"{writer}-{number}"
        try:
            answer = await raw.send("POST", DOCS, _pair(name), pk='["p"]', x_ms_cosmos_is_batch_request="True")
        except aiohttp.ClientError:
            return
        assert answer.status == 200
        acknowledged.add(name)
        number += 1
        if len(acknowledged) >= ENOUGH:
            enough.set()


async def _stored(raw: RawClient) -> set[str]:
    answer = await raw.send("GET", DOCS, x_ms_max_item_count="10000")
    assert answer.status == 200
    assert "x-ms-continuation" not in answer.headers
    return {item["id"] for item in answer.json["Documents"]}


async def test_no_acknowledged_batch_is_lost_or_torn_by_a_kill(stand_in: StandIn) -> None:
    acknowledged: set[str] = set()
    enough = asyncio.Event()
    await stand_in.start()
    async with RawClient(stand_in.endpoint) as raw:
        await _create_container(raw)
        writers = [asyncio.create_task(_write_until_gone(raw, one, acknowledged, enough)) for one in range(WRITERS)]
        await asyncio.wait_for(enough.wait(), START_DEADLINE)
        await stand_in.kill()
        await asyncio.gather(*writers)

    await stand_in.start()
    async with RawClient(stand_in.endpoint) as raw:
        stored = await _stored(raw)

    firsts = {item.removesuffix("-first") for item in stored if item.endswith("-first")}
    seconds = {item.removesuffix("-second") for item in stored if item.endswith("-second")}
    assert acknowledged <= firsts
    assert firsts == seconds


async def test_session_tokens_never_go_back_over_a_restart(stand_in: StandIn) -> None:
    async def lsn_of_write(raw: RawClient, item_id: str) -> int:
        answer = await raw.send("POST", DOCS, {"id": item_id, "pk": "p"}, pk='["p"]')
        assert answer.status == 201
        return int(answer.headers["x-ms-session-token"].rpartition("#")[2])

    await stand_in.start()
    async with RawClient(stand_in.endpoint) as raw:
        await _create_container(raw)
        before = [await lsn_of_write(raw, f"{number}") for number in range(3)]
    await stand_in.kill()
    await stand_in.start()
    async with RawClient(stand_in.endpoint) as raw:
        after = await lsn_of_write(raw, "after")

    assert before == [1, 2, 3]
    assert after == 4
