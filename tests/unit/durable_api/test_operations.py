import pytest

from localcloud.durable.model import RuntimeStatus
from tests.unit.durable_api.conftest import Http
from tests.unit.durable_api.small_hub import SmallHub

ROOT = "/runtime/webhooks/durabletask"


async def test_a_start_keeps_the_body_as_it_was_sent_and_answers_the_links(http: Http, hub: SmallHub) -> None:
    answer = await http.post(f"{ROOT}/orchestrators/work/a%20b?version=2", data=b'{"x":  1}')
    assert answer.status == 202
    links = await answer.json()
    base = f"{http.make_url('/')}runtime/webhooks/durabletask/instances/a+b"
    query = "taskHub=TestHub&connection=Storage&code=the-key"
    assert links == {
        "id": "a b",
        "statusQueryGetUri": f"{base}?{query}",
        "sendEventPostUri": f"{base}/raiseEvent/{{eventName}}?{query}",
        "terminatePostUri": f"{base}/terminate?reason={{text}}&{query}",
        "purgeHistoryDeleteUri": f"{base}?{query}",
        "restartPostUri": f"{base}/restart?{query}",
        "suspendPostUri": f"{base}/suspend?reason={{text}}&{query}",
        "resumePostUri": f"{base}/resume?reason={{text}}&{query}",
    }
    assert (answer.headers["Location"], answer.headers["Retry-After"]) == (links["statusQueryGetUri"], "10")
    assert hub.started == [("work", "a b", '{"x":  1}', "2")]


async def test_an_id_longer_than_the_extension_can_keep_is_a_500(http: Http, hub: SmallHub) -> None:
    answer = await http.post(f"{ROOT}/orchestrators/work/{'x' * 513}", data=b"1")
    assert answer.status == 500
    text = "The instance id has 513 characters. Use one of at most 512."
    assert (await answer.json())["ExceptionMessage"] == text
    assert hub.started == []
    assert (await http.post(f"{ROOT}/orchestrators/work/{'x' * 512}", data=b"1")).status == 202


async def test_a_live_id_can_not_be_started_again(http: Http, hub: SmallHub) -> None:
    hub.put("a", RuntimeStatus.SUSPENDED)
    answer = await http.post(f"{ROOT}/orchestrators/work/a")
    assert answer.status == 409
    text = "An Orchestration instance with the status Suspended already exists."
    assert await answer.json() == {"Message": text}
    assert hub.started == []


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{bad", "Unexpected end while parsing unquoted property name. Path '', line 1, position 4."),
        (b"text", "Error parsing boolean value. Path '', line 1, position 1."),
        (b"[" * 100_000, "The JSON is nested too deeply to be read. Send it as a string, or flatten it."),
        (b"[1,", "Unexpected end of content while loading JSON. Path '', line 1, position 3."),
    ],
)
async def test_a_start_with_bad_json_starts_nothing(http: Http, hub: SmallHub, body: bytes, text: str) -> None:
    answer = await http.post(f"{ROOT}/orchestrators/work", data=body)
    assert answer.status == 400
    assert (await answer.json())["ExceptionMessage"] == text
    assert hub.started == []


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        ("; charset=utf-16", '{"é": 1}'.encode("utf-16")),
        ("; charset=iso-8859-1", '{"é": 1}'.encode("latin-1")),
        ("; charset=utf-8", '{"é": 1}'.encode("utf-8-sig")),
        ("; charset=nonsense", '{"é": 1}'.encode()),
        ("", '{"é": 1}'.encode("utf-16")),
    ],
)
async def test_a_body_is_read_in_its_charset(http: Http, hub: SmallHub, charset: str, body: bytes) -> None:
    headers = {"Content-Type": f"application/json{charset}"}
    answer = await http.post(f"{ROOT}/orchestrators/work/a", data=body, headers=headers)
    assert answer.status == 202
    assert hub.started == [("work", "a", '{"é": 1}', None)]


async def test_start_and_wait_answers_the_output(http: Http, hub: SmallHub) -> None:
    hub.put("a", RuntimeStatus.COMPLETED, output='{"y": 2}')
    answer = await http.post(f"{ROOT}/orchestrators/work/a?timeout=5&pollingInterval=0.01")
    assert (answer.status, await answer.json()) == (200, {"y": 2})


async def test_start_and_wait_gives_the_links_when_time_is_up(http: Http, hub: SmallHub) -> None:
    answer = await http.post(f"{ROOT}/orchestrators/work/a?timeout=0.03&pollingInterval=0.01")
    assert (answer.status, (await answer.json())["id"]) == (202, "a")


async def test_a_wait_shorter_than_its_interval_starts_nothing(http: Http, hub: SmallHub) -> None:
    answer = await http.post(f"{ROOT}/orchestrators/work/a?timeout=1&pollingInterval=5")
    assert answer.status == 400
    assert await answer.json() == {"Message": "Total timeout 1 should be bigger than retry timeout 5"}
    assert hub.started == []


@pytest.mark.parametrize("verb", ["raiseEvent/go", "terminate", "suspend", "resume"])
async def test_operations_tell_missing_from_finished(http: Http, hub: SmallHub, verb: str) -> None:
    hub.put("done", RuntimeStatus.COMPLETED)
    before = dict(hub.states)
    assert (await http.post(f"{ROOT}/instances/none/{verb}", json=1)).status == 404
    assert (await http.post(f"{ROOT}/instances/done/{verb}", json=1)).status == 410
    assert (hub.states, hub.raised) == (before, [])


async def test_events_are_json_only(http: Http, hub: SmallHub) -> None:
    hub.put("a")
    for sent in ({}, {"data": b"1", "headers": {"Content-Type": "text/plain"}}):
        answer = await http.post(f"{ROOT}/instances/a/raiseEvent/go", **sent)  # type: ignore[arg-type]  # test table
        assert answer.status == 400
        assert await answer.json() == {"Message": "Only application/json request content is supported"}
    assert hub.raised == []
    assert (await http.post(f"{ROOT}/instances/a/raiseEvent/go", json={"ok": True})).status == 202
    assert hub.raised == [("a", "go", '{"ok": true}')]


async def test_suspending_twice_is_a_500_that_says_why(http: Http, hub: SmallHub) -> None:
    hub.put("a")
    assert (await http.post(f"{ROOT}/instances/a/suspend?reason=hold")).status == 202
    answer = await http.post(f"{ROOT}/instances/a/suspend?reason=again")
    body = await answer.json()
    assert answer.status == 500
    text = "Cannot suspend the orchestration instance a because instance is in the Suspended state."
    assert (body["ExceptionMessage"], body["ExceptionType"]) == (text, "System.InvalidOperationException")
    assert hub.states["a"].output == '"hold"'


async def test_a_live_instance_can_not_be_purged(http: Http, hub: SmallHub) -> None:
    hub.put("a")
    answer = await http.delete(f"{ROOT}/instances/a")
    text = "the orchestration with instance ID a has status Running"
    assert answer.status == 412
    assert await answer.json() == f"Only orchestrations in a terminal state can be purged, but {text}"
    assert "a" in hub.states


@pytest.mark.parametrize(
    ("query", "answered", "left"),
    [
        ("", (400, "\"Please provide value for 'createdTimeFrom' parameter.\""), ["done", "failed", "live"]),
        ("createdTimeFrom=2026-01-01", (200, '{"instancesDeleted":2}'), ["live"]),
        ("createdTimeFrom=2026-01-01&runtimeStatus=Failed", (200, '{"instancesDeleted":1}'), ["done", "live"]),
        ("createdTimeFrom=2026-01-01&runtimeStatus=Running", (200, '{"instancesDeleted":2}'), ["live"]),
        ("createdTimeFrom=2099-01-01", (404, ""), ["done", "failed", "live"]),
    ],
)
async def test_purging_by_filter_never_takes_a_live_instance(
    http: Http, hub: SmallHub, query: str, answered: tuple[int, str], left: list[str]
) -> None:
    hub.put("done", RuntimeStatus.COMPLETED)
    hub.put("failed", RuntimeStatus.FAILED)
    hub.put("live")
    answer = await http.delete(f"{ROOT}/instances?{query}")
    assert (answer.status, await answer.text()) == answered
    assert sorted(hub.states) == left


async def test_restart_refuses_what_is_missing_or_alive(http: Http, hub: SmallHub) -> None:
    hub.put("a")
    missing = await http.post(f"{ROOT}/instances/none/restart")
    assert (missing.status, (await missing.json())["ExceptionMessage"]) == (
        400,
        "InstanceId does not match a valid orchestration instance.",
    )
    alive = await http.post(f"{ROOT}/instances/a/restart?restartWithNewInstanceId=false")
    assert alive.status == 409
    assert (await alive.json())["Message"] == "A non-terminal instance with this instance ID already exists."
    assert hub.started == []
    assert (await http.post(f"{ROOT}/instances/a/restart")).status == 202
    assert hub.started == [("work", None, None, None)]


async def test_rewind_names_what_is_not_built(http: Http, hub: SmallHub) -> None:
    hub.put("ok", RuntimeStatus.COMPLETED)
    hub.put("bad", RuntimeStatus.FAILED)
    assert (await http.post(f"{ROOT}/instances/none/rewind")).status == 404
    assert (await http.post(f"{ROOT}/instances/ok/rewind")).status == 412
    answer = await http.post(f"{ROOT}/instances/bad/rewind")
    assert (answer.status, "rewinding" in (await answer.json())["Message"]) == (501, True)
