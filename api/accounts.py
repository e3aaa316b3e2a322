"""Accounts: registering, logging in, one's own profile."""

from http import HTTPStatus
from typing import Any

from api.models.accounts import Login, ProfileChange, Registration, UserView
from api.web.call import Call, Reply
from api.web.route import Access
from api.web.table import RouteTable
from shared.accounts.user import Role, User
from shared.auth.tokens import Claims
from shared.errors import ForbiddenError

routes = RouteTable()
blueprint = routes.blueprint


@routes.route("POST", "auth/register", access=Access.ANYONE, body=Registration)
async def auth_register(call: Call) -> Reply:
    """Creates an account; only an admin creates another admin."""
    new = call.body_as(Registration)
    role = Role(new.role)
    if role is not Role.USER:
        await _demand_admin(call)
    user = await call.services.accounts.register(email=new.email, name=new.name, password=new.password, role=role)
    return Reply({"user": _view(user)}, HTTPStatus.CREATED)


@routes.route("POST", "auth/login", access=Access.ANYONE, body=Login)
async def auth_login(call: Call) -> Reply:
    """Answers an access token."""
    login = call.body_as(Login)
    user = await call.services.accounts.log_in(email=login.email, password=login.password)
    return Reply({"user": _view(user), **await _new_token(call, user)})


@routes.route("GET", "users/me", access=Access.USER)
async def users_me(call: Call) -> Reply:
    """The caller's profile."""
    user = await call.services.users.find(call.caller.user_id)
    if user is None:
        raise LookupError("The caller's user document has gone since the token was checked.")
    return Reply({"user": _view(user)})


@routes.route("PATCH", "users/me", access=Access.USER, body=ProfileChange)
async def users_change_me(call: Call) -> Reply:
    """Changes name or password. A new password ends every session; the answer carries a token for this one."""
    change, accounts, user_id = call.body_as(ProfileChange), call.services.accounts, call.caller.user_id
    if change.password is not None and change.current_password is not None:
        user = await accounts.change_password(
            user_id, current=change.current_password, new=change.password, name=change.name
        )
        return Reply({"user": _view(user), **await _new_token(call, user)})
    return Reply({"user": _view(await accounts.change_name(user_id, str(change.name)))})


async def _demand_admin(call: Call) -> None:
    """Registration is open to anyone, so the token is asked for here. Raises ForbiddenError, UnauthenticatedError."""
    authorization = call.headers.get("authorization")
    if authorization is None or not (await call.services.authenticator.authenticate(authorization)).is_admin:
        raise ForbiddenError("Only an admin can register an account with a role other than `user`.")


async def _new_token(call: Call, user: User) -> dict[str, Any]:
    tokens = call.services.tokens
    return {"token": await tokens.issue(Claims(user.id, user.session_version)), "expiresIn": tokens.expires_in}


def _view(user: User) -> dict[str, Any]:
    return UserView.of(user).to_wire()
