"""Who may call what: generated from the declarations, so that a new route is tested the day it is declared."""

import re

import pytest

from api.web.route import DECLARED, Access, Route
from tests.integration.api.client import Api
from tests.integration.api.database import Database

GUARDED = [route for route in DECLARED.values() if route.access is not Access.ANYONE]
FOR_ADMINS = [route for route in GUARDED if route.access is Access.ADMIN]


def _path(route: Route) -> str:
    return re.sub(r"\{[^}]+\}", "x", route.path)


def _name(route: Route) -> str:
    return route.name


@pytest.mark.parametrize("route", GUARDED, ids=_name)
async def test_nobody_gets_in_without_a_token(api: Api, database: Database, route: Route) -> None:
    for method in route.methods:
        for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}):
            refused = await api.call(method, _path(route), headers=headers)
            assert refused.status == 401, method
            assert refused.headers["www-authenticate"].startswith("Bearer ")
    for container in ("users", "products", "orders", "payments", "requests"):
        assert database.everything(container) == []


@pytest.mark.parametrize("route", FOR_ADMINS, ids=_name)
async def test_a_customer_gets_no_admins_route(api: Api, customer: str, route: Route) -> None:
    for method in route.methods:
        refused = await api.call(method, _path(route), token=customer)
        assert refused.status == 403
        assert method == "HEAD" or refused.problem == "forbidden"


@pytest.mark.parametrize("route", FOR_ADMINS, ids=_name)
async def test_an_admin_gets_past_the_guard(api: Api, admin: str, route: Route) -> None:
    for method in route.methods:
        answer = await api.call(method, _path(route), token=admin)
        assert answer.status in {404, 415}, "what is asked for doesn't exist, and there is no body"
