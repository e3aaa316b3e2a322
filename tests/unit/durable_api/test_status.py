import pytest

from localcloud.durable.model import RuntimeStatus
from tests.unit.durable_api.conftest import Http
from tests.unit.durable_api.small_hub import SmallHub

ROOT = "/runtime/webhooks/durabletask"


async def test_a_running_instance_says_where_to_look_again(http: Http, hub: SmallHub) -> None:
    hub.put("a", input='{"x": 1}', custom_status='"busy"')
    answer = await http.get(f"{ROOT}/Instances/a?showInput=true")
    assert answer.status == 202
    assert answer.headers["Location"] == f"{http.make_url('/')}runtime/webhooks/durabletask/Instances/a?showInput=true"
    assert answer.headers["Retry-After"] == "5"
    assert await answer.json() == {
        "name": "work",
        "instanceId": "a",
        "runtimeStatus": "Running",
        "input": {"x": 1},
        "customStatus": "busy",
        "output": None,
        "createdTime": "2026-01-02T03:04:05Z",
        "lastUpdatedTime": "2026-01-02T03:04:05Z",
    }


async def test_history_folds_each_end_with_what_scheduled_it(http: Http, hub: SmallHub) -> None:
    hub.put("a", RuntimeStatus.COMPLETED)
    hub.events["a"] = [
        {"EventType": 12, "EventId": -1, "IsPlayed": False, "Timestamp": "t1"},
        {
            "EventType": 4,
            "Name": "inc",
            "Version": "",
            "Input": None,
            "EventId": 0,
            "IsPlayed": False,
            "Timestamp": "t2",
        },
        {"EventType": 5, "TaskScheduledId": 0, "Result": "3", "EventId": -1, "IsPlayed": True, "Timestamp": "t3"},
        {
            "EventType": 4,
            "Name": "open",
            "Version": "",
            "Input": None,
            "EventId": 1,
            "IsPlayed": False,
            "Timestamp": "t4",
        },
    ]
    answer = await http.get(f"{ROOT}/instances/a?showHistory=true&showHistoryOutput=true")
    assert (await answer.json())["historyEvents"] == [
        {
            "EventType": "TaskCompleted",
            "Result": 3,
            "Timestamp": "t3",
            "ScheduledTime": "t2",
            "FunctionName": "inc",
            "Input": None,
        },
        {"EventType": "TaskScheduled", "Name": "open", "Input": None, "Timestamp": "t4"},
    ]


async def test_two_schedulings_under_one_id_can_not_be_shown(http: Http, hub: SmallHub) -> None:
    hub.put("a", RuntimeStatus.FAILED)
    event = {"EventType": 4, "Name": "inc", "Version": "", "EventId": 0, "IsPlayed": False, "Timestamp": "t"}
    hub.events["a"] = [event, event]
    answer = await http.get(f"{ROOT}/instances/a?showHistory=true")
    assert answer.status == 400
    text = "An item with the same key has already been added. Key: TaskScheduled_0"
    assert (await answer.json())["ExceptionMessage"] == text
    assert (await http.get(f"{ROOT}/instances/a")).status == 200


async def test_pages_cover_every_instance_once(http: Http, hub: SmallHub) -> None:
    for n in range(5):
        hub.put(f"i{n}")
    seen: list[str] = []
    headers: dict[str, str] = {}
    pages = 0
    while True:
        answer = await http.get(f"{ROOT}/instances?top=2", headers=headers)
        seen += [state["instanceId"] for state in await answer.json()]
        pages += 1
        token = answer.headers.get("x-ms-continuation-token")
        if token is None:
            break
        headers = {"x-ms-continuation-token": token}
    assert (seen, pages) == (["i0", "i1", "i2", "i3", "i4"], 3)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("runtimeStatus=Failed", ["f"]),
        ("runtimeStatus=failed", ["f", "r"]),
        ("runtimeStatus=Nosuch", ["f", "r"]),
        ("createdTimeFrom=2026-01-03T00:00:00Z", []),
        ("createdTimeFrom=yesterday", ["f", "r"]),
        ("instanceIdPrefix=r", ["r"]),
        ("top=0", []),
        ("top=99999999999999999999", ["f", "r"]),
    ],
)
async def test_filters_that_can_not_be_read_do_not_filter(
    http: Http, hub: SmallHub, query: str, found: list[str]
) -> None:
    hub.put("f", RuntimeStatus.FAILED)
    hub.put("r")
    answer = await http.get(f"{ROOT}/instances?{query}")
    assert answer.status == 200
    assert [state["instanceId"] for state in await answer.json()] == found


async def test_failure_is_500_only_on_demand(http: Http, hub: SmallHub) -> None:
    hub.put("f", RuntimeStatus.FAILED)
    assert (await http.get(f"{ROOT}/instances/f")).status == 200
    assert (await http.get(f"{ROOT}/instances/f?returnInternalServerErrorOnFailure=TRUE")).status == 500


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/instances/a"),
        ("HEAD", "/instances/a"),
        ("GET", "/instances/a%2Fb"),
        ("GET", "/instances/a?taskHub=Other"),
        ("GET", "/nosuch"),
        ("GET", ""),
    ],
)
async def test_unknown_routes_methods_and_hubs_are_an_empty_404(
    http: Http, hub: SmallHub, method: str, path: str
) -> None:
    hub.put("a")
    answer = await http.request(method, ROOT + path)
    assert (answer.status, await answer.text()) == (404, "")


async def test_an_unknown_connection_is_named(http: Http) -> None:
    answer = await http.get(f"{ROOT}/instances/a?connection=Nope")
    assert answer.status == 500
    text = "Unable to resolve the Azure Storage connection named 'Nope'."
    assert (await answer.json())["ExceptionMessage"] == text


async def test_entities_are_refused_by_name(http: Http) -> None:
    answer = await http.get(f"{ROOT}/entities/counter/k")
    assert answer.status == 501
    assert "durable entities" in (await answer.json())["Message"]


async def test_blanks_around_a_status_of_the_filter_do_not_count(http: Http, hub: SmallHub) -> None:
    hub.put("a", RuntimeStatus.FAILED)
    hub.put("b", RuntimeStatus.RUNNING)
    answer = await http.get(f"{ROOT}/instances?runtimeStatus=Completed,%20Failed")
    assert [found["instanceId"] for found in await answer.json()] == ["a"]
