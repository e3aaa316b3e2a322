"""Guards the one change to the durable SDK: same timestamps as its own parser, and an error when it is gone."""

import importlib
import sys
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest
from dateutil.parser import parse  # type: ignore[import-untyped]  # ships no types

from localcloud.host.worker.durable_patch import (
    DurablePatchError,
    apply_durable_patch,
    close_durable_client,
    fast_parser,
)

MODULE = "azure.durable_functions.models.history.HistoryEvent"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T11:31:08.6774940Z",
        "2026-11-23T11:31:08.6774949Z",
        "2026-11-23T11:31:08.677494Z",
        "2026-11-23T11:31:08.677Z",
        "2026-11-23T11:31:08Z",
        "2026-11-23T11:31:08.6774940+00:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.9999999Z",
        "2028-02-29T00:00:00.0000000Z",
        "Mon, 23 Nov 2026 11:31:08 GMT",
    ],
)
def test_timestamps_are_read_as_dateutil_reads_them(text: str) -> None:
    ours, theirs = fast_parser(parse)(text), parse(text)
    assert ours == theirs
    assert (ours.utcoffset(), ours.isoformat(), ours.tzname()) == (
        theirs.utcoffset(),
        theirs.isoformat(),
        theirs.tzname(),
    )


def test_a_bad_timestamp_raises_as_before() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        fast_parser(parse)("nonsense")


def test_the_sdk_uses_the_fast_parser_once_imported() -> None:
    module = importlib.import_module(MODULE)
    assert apply_durable_patch()
    patched = module.dt_parse
    assert patched.__module__ == "localcloud.host.worker.durable_patch"
    assert apply_durable_patch()
    assert module.dt_parse is patched, "a second patch changes nothing"
    event = module.HistoryEvent(12, -1, False, "2026-11-23T11:31:08.6774940Z")
    assert event.timestamp == datetime(2026, 11, 23, 11, 31, 8, 677494, tzinfo=UTC)
    assert event.timestamp.utcoffset() == timedelta(0)


def test_nothing_happens_without_the_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    assert not apply_durable_patch()


def test_an_sdk_without_that_parser_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, MODULE, ModuleType(MODULE))
    with pytest.raises(DurablePatchError, match="dt_parse is gone"):
        apply_durable_patch()


async def test_the_clients_session_is_closed_and_made_anew_when_needed() -> None:
    module = importlib.import_module("azure.durable_functions.models.utils.http_utils")
    first = await module._get_session()  # noqa: SLF001 - what is patched
    await close_durable_client()
    await close_durable_client()
    second = await module._get_session()  # noqa: SLF001 - what is patched
    assert first.closed
    assert second is not first
    await close_durable_client()
