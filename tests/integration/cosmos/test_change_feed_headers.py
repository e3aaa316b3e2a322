"""The change feed's headers as Microsoft's change feed processor sends them."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from azure.cosmos.aio import ContainerProxy

from tests.integration.cosmos.raw import DOCS, Answer, RawClient

RANGE = {"A-IM": "Incremental Feed", "x-ms-documentdb-partitionkeyrangeid": "0"}


async def _ask(raw: RawClient, **headers: str) -> Answer:
    return await raw.send("GET", DOCS, **RANGE, **headers)


def _http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def _ids(answer: Answer) -> list[Any]:
    return [one["id"] for one in answer.json["Documents"]]


async def test_without_start_it_reads_from_the_beginning_and_goes_on_from_the_etag(
    raw: RawClient, items: ContainerProxy
) -> None:
    for one in "123":
        await items.create_item({"id": one, "pk": "a"})
    first = await _ask(raw, **{"x-ms-max-item-count": "2"})
    assert (first.status, _ids(first), first.headers["etag"]) == (200, ["1", "2"], '"2"')
    assert first.json["_count"] == 2
    second = await _ask(raw, **{"x-ms-max-item-count": "2", "If-None-Match": '"2"'})
    assert (second.status, _ids(second), second.headers["etag"]) == (200, ["3"], '"3"')
    last = await _ask(raw, **{"If-None-Match": '"3"'})
    assert (last.status, last.content, last.headers["etag"]) == (304, b"", '"3"')


async def test_a_start_time_gives_304_with_the_present_position(raw: RawClient, items: ContainerProxy) -> None:
    await items.create_item({"id": "old", "pk": "a"})
    start = _http_date(datetime.now(UTC) + timedelta(minutes=1))
    answer = await _ask(raw, **{"If-Modified-Since": start})
    assert (answer.status, answer.headers["etag"]) == (304, '"1"')
    await items.create_item({"id": "new", "pk": "a"})
    assert _ids(await _ask(raw, **{"If-None-Match": '"1"'})) == ["new"]


async def test_deletes_move_the_position_and_show_nothing(raw: RawClient, items: ContainerProxy) -> None:
    await items.create_item({"id": "1", "pk": "a"})
    await items.delete_item("1", "a")
    answer = await _ask(raw)
    assert (answer.status, answer.headers["etag"]) == (304, '"2"')


async def test_the_session_moves_with_the_feed(raw: RawClient, items: ContainerProxy) -> None:
    await items.create_item({"id": "1", "pk": "a"})
    assert (await _ask(raw)).headers["x-ms-session-token"] == "0:-1#1"


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({"A-IM": "Full-Fidelity Feed"}, "Full-Fidelity Feed) is not built"),
        ({"A-IM": "Everything"}, "A-IM: Everything is unknown"),
        ({"A-IM": "Incremental Feed", "If-None-Match": '"abc"'}, "If-None-Match"),
        ({"A-IM": "Incremental Feed", "If-Modified-Since": "yesterday"}, "If-Modified-Since"),
    ],
)
async def test_what_is_no_feed_is_refused(raw: RawClient, headers: dict[str, str], text: str) -> None:
    answer = await raw.send("GET", DOCS, **headers)
    assert answer.status == 400
    assert text in answer.json["message"]


async def test_an_unknown_range_is_gone(raw: RawClient) -> None:
    answer = await raw.send("GET", DOCS, **{**RANGE, "x-ms-documentdb-partitionkeyrangeid": "7"})
    assert (answer.status, answer.headers["x-ms-substatus"]) == (410, "1002")


async def test_one_partition_by_its_key(raw: RawClient, items: ContainerProxy) -> None:
    await items.create_item({"id": "1", "pk": "a"})
    await items.create_item({"id": "2", "pk": "b"})
    answer = await raw.send("GET", DOCS, pk='["b"]', **{"A-IM": "Incremental Feed"})
    assert (answer.status, _ids(answer), answer.headers["etag"]) == (200, ["2"], '"2"')
