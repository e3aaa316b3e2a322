"""The second client as a process: commands in, answers out."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from localcloud.node.program import node_program

FOLDER = Path(__file__).parent
_LONGEST_ANSWER = 4 * 1024 * 1024


class SecondClient:
    """rhea in Node.js; each method is a command of client.js."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process, self._port = process, port

    async def connect(self, **options: Any) -> Any:
        return await self.run("connect", options={"port": self._port, "username": "anyone", **options})

    async def sender(self, address: str, name: str = "s", **more: Any) -> Any:
        return await self.run("attach", name=name, role="sender", address=address, **more)

    async def receiver(self, address: str, name: str = "r", **more: Any) -> Any:
        return await self.run("attach", name=name, role="receiver", address=address, **more)

    async def send(self, *messages: dict[str, Any], link: str = "s") -> list[dict[str, Any]]:
        answer = await self.run("send", link=link, messages=messages)
        outcomes: list[dict[str, Any]] = answer["outcomes"]
        return outcomes

    async def receive(self, count: int, link: str = "r") -> list[dict[str, Any]]:
        answer = await self.run("receive", link=link, credit=count, messages=count)
        messages: list[dict[str, Any]] = answer["messages"]
        return messages

    async def settle(self, *deliveries: int, outcome: str, link: str = "r", **fields: Any) -> list[str]:
        """The outcomes that the broker echoes; messages are numbered from 0 on each link as they came."""
        options = {"deliveries": deliveries, "outcome": outcome, "fields": fields or None}
        answer = await self.run("settle", link=link, **options)
        return [echoed["outcome"] for echoed in answer["outcomes"]]

    async def run(self, command: str, **options: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"do": command, **options}).encode() + b"\n")
        async with asyncio.timeout(10):
            line = await self._process.stdout.readline()
        assert line, "The second client has ended; its reason is on standard error."
        answer = json.loads(line)
        assert "failed" not in answer, answer["failed"]
        return answer


@asynccontextmanager
async def second_client(port: int) -> AsyncIterator[SecondClient]:
    """A client for the broker on a port. Fails when rhea is not installed."""
    assert (FOLDER / "node_modules/rhea/package.json").is_file(), "rhea is not installed: run `make setup`."
    process = await asyncio.create_subprocess_exec(
        node_program(),
        FOLDER / "client.js",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LONGEST_ANSWER,
    )
    try:
        yield SecondClient(process, port)
    finally:
        process.kill()
        await process.wait()
