"""Verb create-admin, and creating accounts if they are missing."""

import argparse
from dataclasses import dataclass

from api.models.accounts import Registration
from api.web.validation import validated_body
from ops.outcome import Outcome, UsageError
from shared.accounts.errors import EmailTakenError
from shared.accounts.user import Role, User
from shared.errors import ValidationError
from shared.services import Services


@dataclass(frozen=True)
class Account:
    """An account to have."""

    email: str
    name: str
    password: str
    role: Role


def add_create_admin(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    """Declares the verb's arguments."""
    parser = verbs.add_parser("create-admin", help="create an administrator; changes nothing if the e-mail is known")
    parser.add_argument("--email", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--password", required=True, help="8 to 128 characters")
    parser.set_defaults(run=create_admin)
    return parser


async def create_admin(services: Services, arguments: argparse.Namespace) -> Outcome:
    """Creates the administrator. Fails when the e-mail belongs to somebody who isn't one."""
    wanted = Account(arguments.email, arguments.name, arguments.password, Role.ADMIN)
    user, created = await ensure_account(services, wanted)
    content = {"created": created, "user": {"id": user.id, "email": user.email, "role": str(user.role)}}
    if created:
        return Outcome([f"Created the administrator {user.email} ({user.id})."], content)
    text = f"{user.email} exists already, with the role {user.role}; nothing has been changed."
    return Outcome([text], content, failed=user.role is not Role.ADMIN)


async def ensure_account(services: Services, wanted: Account) -> tuple[User, bool]:
    """The account, and whether it was created now. An existing one isn't changed. Raises UsageError for bad values."""
    try:
        checked = validated_body(
            Registration,
            {"email": wanted.email, "name": wanted.name, "password": wanted.password, "role": str(wanted.role)},
        )
    except ValidationError as error:
        raise UsageError("; ".join(f"{found.pointer.strip('/')}: {found.detail}" for found in error.errors)) from error
    existing = await services.users.find_by_email(checked.email)
    if existing is not None:
        return existing, False
    try:
        user = await services.accounts.register(
            email=checked.email, name=checked.name, password=checked.password, role=wanted.role
        )
    except EmailTakenError:  # somebody else has just created it
        taken = await services.users.find_by_email(checked.email)
        if taken is None:
            raise
        return taken, False
    return user, True
