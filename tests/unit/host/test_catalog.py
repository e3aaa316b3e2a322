from typing import Any

import pytest

from localcloud.host.authorization import Authorization
from localcloud.host.catalog import Catalog, build_catalog
from localcloud.host.host_json import HostConfig
from localcloud.host.keys import KeyStore
from localcloud.host.model import AppIndex, FunctionMetadata, HostError
from localcloud.host.triggers.http import HttpTrigger
from localcloud.host.triggers.timer import TimerTrigger
from tests.unit.host.doubles import function

UNREGISTERED = "are not registered. Please ensure the type is correct and the binding extension is installed."


@pytest.fixture
def http(tmp_path: Any) -> HttpTrigger:
    return HttpTrigger("api", Authorization(KeyStore(tmp_path), enabled=False))


def web(name: str, route: str | None = None, methods: list[str] | None = None) -> FunctionMetadata:
    trigger: dict[str, Any] = {"type": "httpTrigger", "name": "req", "direction": "IN"}
    trigger |= ({"route": route} if route is not None else {}) | ({"methods": methods} if methods is not None else {})
    return function(name, trigger, {"type": "http", "name": "$return", "direction": "OUT"})


def catalog(
    http: HttpTrigger,
    *functions: FunctionMetadata,
    settings: dict[str, str] | None = None,
    only: list[str] | None = None,
) -> Catalog:
    config = HostConfig(functions=frozenset(only) if only is not None else None)
    return build_catalog(AppIndex(list(functions)), config, settings or {}, [http, TimerTrigger()])


@pytest.mark.parametrize("name", ["with.dot", "with space", "größe", "1digit", "host", "Host", "_a", "a" * 129])
def test_bad_names_are_refused_and_not_listed(http: HttpTrigger, name: str) -> None:
    found = catalog(http, web(name), web("good"))
    assert found.errors == {name: f"'{name}' is not a valid function name."}
    assert list(found.listed) == list(found.active) == ["good"]


@pytest.mark.parametrize("name", ["with-dash", "with_underscore", "a" * 128, "hosts"])
def test_good_names_pass(http: HttpTrigger, name: str) -> None:
    assert list(catalog(http, web(name)).active) == [name]


def test_names_that_differ_only_in_case_stop_the_host(http: HttpTrigger) -> None:
    with pytest.raises(HostError, match="Sequence contains more than one matching element"):
        catalog(http, web("good"), web("GOOD"))


def test_functions_come_in_the_hosts_order(http: HttpTrigger) -> None:
    found = catalog(http, web("r_admin_x", "1"), web("r_administer", "2"), web("R_a", "3"))
    assert [f.name for f in found.listed.values()] == ["R_a", "r_administer", "r_admin_x"]


def test_unregistered_bindings_name_the_trigger_first(http: HttpTrigger) -> None:
    queued = function("q", {"type": "queue", "name": "out", "direction": "OUT"}, {"type": "queueTrigger", "name": "m"})
    found = catalog(http, queued)
    assert found.errors == {"q": f"The binding type(s) 'queueTrigger, queue' {UNREGISTERED}"}
    assert (list(found.listed), found.active, found.runnable) == (["q"], {}, {})


@pytest.mark.parametrize("route", ["admin", "Admin/x", "administer", "runtime/x"])
def test_reserved_routes(http: HttpTrigger, route: str) -> None:
    found = catalog(http, web("r", route))
    assert found.errors == {"r": "The specified route conflicts with one or more built in routes."}


def test_the_later_of_two_equal_routes_is_in_error(http: HttpTrigger) -> None:
    found = catalog(
        http,
        web("good", "good"),
        web("a_same", "GOOD"),
        web("two_a", "two", ["GET", "PUT"]),
        web("two_b", "two", ["POST"]),
        web("two_c", "two", ["put", "DELETE"]),
        web("other", "good/{x}"),
    )
    text = "The route specified conflicts with the route defined by function "
    assert found.errors == {"good": f"{text}'a_same'.", "two_c": f"{text}'two_a'."}


def test_disabled_and_left_out_functions_are_listed_but_not_active(http: HttpTrigger) -> None:
    settings = {
        "AzureWebJobs.off.Disabled": "true",
        "AzureWebJobs.one.Disabled": "1",
        "AzureWebJobs.zero.Disabled": "0",
    }
    names = ["off", "one", "zero", "extra"]
    found = catalog(http, *map(web, names), settings=settings, only=["off", "one", "zero"])
    assert sorted(found.listed) == sorted(names)
    assert (found.disabled, list(found.active)) == (frozenset({"off", "one"}), ["zero"])
    assert sorted(found.runnable) == sorted(names)
