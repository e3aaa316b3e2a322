"""How to tell that a part is ready."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp

from localcloud.supervisor.part import PartFailedError

_ATTEMPT = aiohttp.ClientTimeout(total=5)


def listening(*ports: int) -> Callable[[], Awaitable[bool]]:
    """Ready once every port takes connections."""

    async def probe() -> bool:
        for port in ports:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                return False
            writer.close()
        return True

    return probe


def host_running(port: int, secrets: Path) -> Callable[[], Awaitable[bool]]:
    """Ready once the Functions host says Running. Raises PartFailedError when it says that the app is broken."""

    async def probe() -> bool:
        url = f"http://127.0.0.1:{port}/admin/host/status"
        try:
            headers = {"x-functions-key": read_keys(secrets)["masterKey"]}
            async with aiohttp.ClientSession(timeout=_ATTEMPT) as session, session.get(url, headers=headers) as answer:
                status = await answer.json() if answer.status == 200 else {}
        except (aiohttp.ClientError, TimeoutError, OSError, KeyError, ValueError):
            return False
        if status.get("errors"):
            raise PartFailedError("The Functions host can't run the app:\n  " + "\n  ".join(status["errors"]))
        return status.get("state") == "Running"

    return probe


def read_keys(secrets: Path) -> dict[str, str]:
    """`masterKey` and `durableKey` from the host's key file. Raises OSError, ValueError or KeyError without it."""
    content = json.loads((secrets / "host.json").read_text(encoding="utf-8"))
    system = {entry["name"]: entry["value"] for entry in content.get("systemKeys", [])}
    return {"masterKey": content["masterKey"]["value"], "durableKey": system.get("durabletask_extension", "")}
