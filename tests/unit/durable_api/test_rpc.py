from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from localcloud.clock import SystemClock
from localcloud.durable.api.call import Surface
from localcloud.durable.api.links import Links
from localcloud.durable.api.rpc import RpcListener
from tests.unit.durable_api.small_hub import SmallHub


def listener(hub: SmallHub, folder: Path) -> RpcListener:
    surface = Surface(hub, Links(hub.name, "Storage", "k"), SystemClock(), lambda _: True, print)
    return RpcListener(surface, folder, "http://localhost:7071")


async def test_the_rpc_port_is_kept_and_links_show_the_public_host(hub: SmallHub, tmp_path: Path) -> None:
    first = listener(hub, tmp_path)
    url = await first.start()
    async with aiohttp.ClientSession() as http, http.post(f"{url}orchestrators/work/a", json="1") as answer:
        assert answer.status == 202
        assert (await answer.json())["statusQueryGetUri"].startswith(
            "http://localhost:7071/runtime/webhooks/durabletask/"
        )
    await first.stop()
    second = listener(hub, tmp_path)
    assert await second.start() == url
    await second.stop()
    assert hub.started == [("work", "a", '"1"', None)]


async def test_a_taken_port_is_replaced_by_a_free_one(hub: SmallHub, tmp_path: Path) -> None:
    one, other = listener(hub, tmp_path), listener(hub, tmp_path)
    urls = {await one.start(), await other.start()}
    assert len({urlsplit(url).port for url in urls}) == 2
    await one.stop()
    await other.stop()
