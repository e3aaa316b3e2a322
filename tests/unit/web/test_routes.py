"""Nothing is reachable over HTTP that doesn't declare who may call it."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from api.fallback import allowed_methods
from api.web.route import DECLARED, Access

APP = Path(__file__).parents[3] / "function_app.py"
HTTP = [
    (function.get_function_name(), function.get_trigger().get_dict_repr())
    for function in runpy.run_path(str(APP))["app"].get_functions()  # an app can be asked only once
    if function.get_trigger().get_dict_repr()["type"] == "httpTrigger"
]
PUBLIC = {"auth_register", "auth_login", "products_list", "products_get", "health", "health_ready", "zz_fallback"}


@pytest.mark.parametrize(("name", "trigger"), HTTP, ids=[name for name, _ in HTTP])
def test_every_http_function_is_a_declared_route(name: str, trigger: dict[str, Any]) -> None:
    declared = DECLARED[name]
    assert trigger["route"] == declared.path
    assert [method.value for method in trigger.get("methods") or []] == list(declared.methods)


def test_every_declared_route_is_a_function() -> None:
    assert {name for name, _ in HTTP} == set(DECLARED)


def test_only_these_routes_are_for_anyone() -> None:
    assert {name for name, route in DECLARED.items() if route.access is Access.ANYONE} == PUBLIC


def test_every_route_that_takes_a_body_declares_its_model() -> None:
    without = {"orders_cancel", "orders_approve", "orders_reject", "orders_resume"}
    for name, route in DECLARED.items():
        if {"POST", "PATCH", "PUT"}.intersection(route.methods):
            assert (route.body is None) == (name in without), name


def test_the_fallbacks_name_sorts_last() -> None:
    assert max(DECLARED, key=str.lower) == "zz_fallback"


def test_function_app_only_registers() -> None:
    assert len(APP.read_text(encoding="utf-8").splitlines()) <= 40


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("orders", ["GET", "HEAD", "POST"]),
        ("Orders/", ["GET", "HEAD", "POST"]),
        ("orders/x", ["GET", "HEAD", "PATCH"]),
        ("orders/x/cancel", ["POST"]),
        ("users/me", ["GET", "HEAD", "PATCH"]),
        ("orders/x/y", []),
        ("", []),
        ("orders.", []),
    ],
)
def test_the_methods_of_a_path(path: str, methods: list[str]) -> None:
    assert allowed_methods(path) == methods


def test_routes_share_no_name_with_the_hosts_own() -> None:
    assert not [route.path for route in DECLARED.values() if re.match("admin|runtime", route.path)]
