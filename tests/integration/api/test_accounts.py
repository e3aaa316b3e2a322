"""Registering, logging in, the own profile: over HTTP, against the real stand-ins."""

import base64
import json

import bcrypt
import pytest

from tests.integration.api.client import ADMIN, CUSTOMER, PASSWORD, Api
from tests.integration.api.database import Database


async def test_a_registered_user_logs_in_and_sees_the_own_profile(api: Api) -> None:
    registered = await api.register("Ada@Example.com")
    assert registered.status == 201
    user = registered.content["user"]
    assert set(user) == {"id", "email", "name", "role", "isActive", "createdAt", "updatedAt"}
    assert (user["email"], user["role"], user["isActive"]) == ("Ada@example.com", "user", True)
    login = await api.log_in("ADA@EXAMPLE.COM")
    assert (login.status, login.content["user"], login.content["expiresIn"]) == (200, user, 86400)
    me = await api.call("GET", "users/me", token=login.content["token"])
    assert (me.status, me.content) == (200, {"success": True, "user": user})


async def test_an_email_is_taken_in_every_case(api: Api) -> None:
    assert (await api.register("bob@example.com")).status == 201
    again = await api.register("BOB@EXAMPLE.COM")
    assert (again.status, again.problem) == (409, "email-taken")
    assert (await api.log_in("bob@example.com")).status == 200


async def test_only_an_admin_registers_an_admin(api: Api, admin: str, customer: str) -> None:
    for token in (None, customer):
        refused = await api.register("eve@example.com", role="admin", token=token)
        assert (refused.status, refused.problem) == (403, "forbidden")
    assert (await api.log_in("eve@example.com")).status == 401
    forged = await api.register("eve@example.com", role="admin", token="nonsense")
    assert (forged.status, forged.problem) == (401, "unauthenticated")
    created = await api.register("root@example.com", role="admin", token=admin)
    assert (created.status, created.content["user"]["role"]) == (201, "admin")


@pytest.mark.parametrize(("email", "password"), [("nobody@example.com", PASSWORD), (CUSTOMER, "wrong password")])
async def test_a_failed_login_doesnt_tell_what_was_wrong(api: Api, customer: str, email: str, password: str) -> None:
    refused = await api.log_in(email, password)
    assert (refused.status, refused.problem) == (401, "wrong-credentials")
    assert refused.content["detail"] == "The e-mail or the password is wrong."
    assert refused.headers["www-authenticate"] == 'Bearer realm="durable-shop"'


async def test_a_new_password_ends_every_session_but_the_one_that_set_it(api: Api, customer: str) -> None:
    change = {"password": "battery staple", "currentPassword": PASSWORD, "name": "Grace"}
    changed = await api.call("PATCH", "users/me", change, token=customer)
    assert (changed.status, changed.content["user"]["name"]) == (200, "Grace")
    old = await api.call("GET", "users/me", token=customer)
    assert (old.status, old.problem) == (401, "unauthenticated")
    assert (await api.call("GET", "users/me", token=changed.content["token"])).status == 200
    assert (await api.log_in(CUSTOMER)).status == 401
    assert (await api.log_in(CUSTOMER, "battery staple")).status == 200


async def test_a_wrong_current_password_changes_nothing(api: Api, customer: str) -> None:
    change = {"password": "battery staple", "currentPassword": "wrong password", "name": "Grace"}
    refused = await api.call("PATCH", "users/me", change, token=customer)
    assert (refused.status, refused.problem) == (403, "wrong-password")
    me = await api.call("GET", "users/me", token=customer)
    assert (me.status, me.content["user"]["name"]) == (200, "Ada")


async def test_a_name_changes_without_ending_the_session(api: Api, customer: str) -> None:
    changed = await api.call("PATCH", "users/me", {"name": "  Grace "}, token=customer)
    assert (changed.status, changed.content["user"]["name"], "token" in changed.content) == (200, "Grace", False)
    assert (await api.call("GET", "users/me", token=customer)).status == 200


async def test_a_session_needs_a_token_of_this_service(api: Api, admin: str) -> None:
    assert (await api.call("GET", "users/me", token=admin)).content["user"]["email"] == ADMIN
    missing = await api.call("GET", "users/me")
    assert (missing.status, missing.problem) == (401, "unauthenticated")
    assert missing.headers["www-authenticate"] == 'Bearer realm="durable-shop"'
    basic = await api.call("GET", "users/me", headers={"Authorization": "Basic eDp5"})
    assert basic.status == 401


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({"alg": "none"}, {}),
        ({"alg": "HS256", "kid": "0" * 32}, {"sub": "u1"}),
        ({"alg": "HS256", "kid": "../../secrets/other"}, {"sub": "u1"}),
        ({"alg": "RS256", "kid": "0" * 32}, {"sub": "u1"}),
        ({}, {}),
    ],
)
async def test_a_forged_token_is_refused(
    api: Api, customer: str, header: dict[str, str], claims: dict[str, str]
) -> None:
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims))
    for token in (".".join([*parts, ""]), customer[:-4] + "AAAA", "nonsense"):
        refused = await api.call("GET", "users/me", token=token)
        assert (refused.status, refused.problem) == (401, "unauthenticated")
        assert refused.headers["www-authenticate"] == 'Bearer realm="durable-shop", error="invalid_token"'


async def test_a_disabled_account_is_out_at_once(api: Api, customer: str, database: Database) -> None:
    [stored] = [found for found in database.everything("users") if found["type"] == "user"]
    database.replace("users", {**stored, "isActive": False})
    assert (await api.call("GET", "users/me", token=customer)).status == 401
    refused = await api.log_in(CUSTOMER)
    assert (refused.status, refused.problem) == (401, "wrong-credentials")


async def test_passwords_are_stored_as_hashes_only(api: Api, customer: str, database: Database) -> None:
    [stored] = [found for found in database.everything("users") if found["type"] == "user"]
    assert stored["passwordHash"].startswith("$2b$04$")
    assert PASSWORD not in json.dumps(database.everything("users"))


async def test_every_failed_login_does_the_work_of_one_password_check(
    api: Api, customer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api.log_in("nobody@example.com")  # the first one makes the hash to compare with
    checked: list[bytes] = []
    check = bcrypt.checkpw

    def counting(password: bytes, hashed: bytes) -> bool:
        checked.append(hashed[:7])
        return check(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", counting)
    for email in ("nobody@example.com", CUSTOMER):
        assert (await api.log_in(email, "wrong password")).status == 401
    assert checked == [b"$2b$04$", b"$2b$04$"]
