"""Accounts on the wire."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, EmailStr, Field, StringConstraints, model_validator

from api.web.validation import Body, View
from shared.accounts.user import Role, User
from shared.time import Instant


def _not_too_long(email: str) -> str:
    if len(email) > 254:
        raise ValueError("an e-mail has at most 254 characters")
    return email


Email = Annotated[EmailStr, AfterValidator(_not_too_long)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
NewPassword = Annotated[str, StringConstraints(min_length=8, max_length=128, strip_whitespace=False)]
"""Blanks count, also at the ends."""
AnyPassword = Annotated[str, StringConstraints(min_length=1, max_length=1024, strip_whitespace=False)]


class Registration(Body):
    """Body of POST /auth/register."""

    email: Email
    name: Name
    password: NewPassword
    role: Literal["user", "admin"] = "user"


class Login(Body):
    """Body of POST /auth/login."""

    email: Annotated[str, Field(min_length=1, max_length=254)]
    password: AnyPassword


class ProfileChange(Body):
    """Body of PATCH /users/me; a new password needs the present one."""

    name: Name | None = None
    password: NewPassword | None = None
    current_password: AnyPassword | None = None

    @model_validator(mode="after")
    def _says_what_to_change(self) -> Self:
        if self.name is None and self.password is None:
            raise ValueError("name or password is required")
        if (self.password is None) != (self.current_password is None):
            raise ValueError("a new password and currentPassword go together")
        return self


class UserView(View):
    """A user as answered; never the password's hash."""

    id: str
    email: str
    name: str
    role: Role
    is_active: bool
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, user: User) -> Self:
        """The view of a stored user."""
        return cls.model_validate(user, from_attributes=True)
