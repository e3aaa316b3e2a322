"""Operations per second of the Cosmos DB stand-in, through plain HTTP and through the SDK.

python -m bench.cosmos_operations [operations] [at once]

The server runs in a process of its own. The SDK spends about a millisecond of CPU per call, so its figures say more
about the client than about the server; those over plain HTTP (signed once per path) come closer to the server's.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

import aiohttp
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, CosmosClient

from localcloud.cosmos.authorization import signature
from localcloud.wellknown import COSMOS_KEY

ITEMS = 64
FILLER = "x" * 400
DOCS = "/dbs/bench/colls/items/docs"
DECREMENT = {
    "operations": [{"op": "incr", "path": "/n", "value": -1}],
    "condition": "FROM c WHERE c.n > 0",
}

Operation = Callable[[int], Awaitable[object]]


@asynccontextmanager
async def stand_in() -> AsyncIterator[str]:
    """The endpoint of a stand-in with an empty data folder."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "localcloud", "cosmos", "--port", "0", "--data", folder]
        process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        try:
            line = (await process.stdout.readline()).decode()
            yield next(word for word in line.split() if word.startswith("http://")).rstrip("/")
        finally:
            process.terminate()
            await process.wait()


async def rate(operation: Operation, operations: int, at_once: int) -> float:
    """Operations per second with so many under way at any time."""
    numbers = iter(range(operations))

    async def caller() -> None:
        for number in numbers:
            await operation(number)

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(at_once)))
    return operations / (time.perf_counter() - started)


def _document(item_id: str) -> dict[str, object]:
    return {"id": item_id, "pk": "p", "n": 10**9, "filler": FILLER}


def _batch(item: int, number: int) -> list[Any]:
    patch = ("patch", (f"{item}", DECREMENT["operations"]), {"filter_predicate": DECREMENT["condition"]})
    return [("upsert", (_document(f"batch-{number}"),)), patch]


def sdk_operations(items: ContainerProxy) -> dict[str, Operation]:
    """What is measured through the SDK, by name."""
    query = "SELECT * FROM c WHERE c.id = @id"
    return {
        "read": lambda number: items.read_item(f"{number % ITEMS}", "p"),
        "create": lambda number: items.create_item(_document(f"new-{number}")),
        "conditional patch": lambda number: items.patch_item(
            f"{number % ITEMS}",
            "p",
            DECREMENT["operations"],  # type: ignore[arg-type]  # the value is a list, the dictionary's type is wider
            filter_predicate=str(DECREMENT["condition"]),
        ),
        "batch of two": lambda number: items.execute_item_batch(_batch(number % ITEMS, number), partition_key="p"),
        "query by id": lambda number: _drained(
            items, query, parameters=[{"name": "@id", "value": f"{number % ITEMS}"}], partition_key="p"
        ),
    }


async def _drained(items: ContainerProxy, query: str, **options: Any) -> list[object]:
    return [item async for item in items.query_items(query, **options)]


class PlainHttp:
    """Requests signed once per path, so that the client costs as little as possible."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._signed: dict[tuple[str, str], dict[str, str]] = {}
        self._patch = json.dumps(DECREMENT).encode()

    def _headers(self, method: str, path: str) -> dict[str, str]:
        if (method, path) not in self._signed:
            headers = {"x-ms-date": format_datetime(datetime.now(UTC), usegmt=True)}
            token = f"type=master&ver=1.0&sig={signature(COSMOS_KEY, method, path, headers)}"
            headers |= {"authorization": quote(token, safe=""), "x-ms-documentdb-partitionkey": '["p"]'}
            self._signed[method, path] = headers
        return self._signed[method, path]

    async def send(self, method: str, path: str, body: bytes | None = None) -> None:
        """Sends a request. Raises aiohttp.ClientResponseError for a refusal."""
        headers = self._headers(method, path)
        async with self._session.request(method, path, data=body, headers=headers, raise_for_status=True) as answer:
            await answer.read()

    def operations(self) -> dict[str, Operation]:
        """What is measured over plain HTTP, by name."""
        return {
            "read": lambda number: self.send("GET", f"{DOCS}/{number % ITEMS}"),
            "create": lambda number: self.send("POST", DOCS, json.dumps(_document(f"plain-{number}")).encode()),
            "conditional patch": lambda number: self.send("PATCH", f"{DOCS}/{number % ITEMS}", self._patch),
        }


async def _measured(client: str, measured: dict[str, Operation], operations: int, at_once: int) -> None:
    for name, operation in measured.items():
        await operation(operations + 1)
        print(f"{client:10} {name:20} {await rate(operation, operations, at_once):8.0f}/s")


async def main(operations: int, at_once: int) -> None:
    """Prints one line for each kind of operation."""
    async with stand_in() as endpoint, CosmosClient(endpoint, COSMOS_KEY) as client:
        database = await client.create_database("bench")
        items = await database.create_container("items", PartitionKey("/pk"))
        for number in range(ITEMS):
            await items.create_item(_document(f"{number}"))
        print(f"{operations} operations of each kind, {at_once} at once")
        async with aiohttp.ClientSession(endpoint) as session:
            await _measured("plain HTTP", PlainHttp(session).operations(), operations, at_once)
        await _measured("SDK", sdk_operations(items), operations, at_once)


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    asyncio.run(main(*(given + [2000, 32][len(given) :])))
