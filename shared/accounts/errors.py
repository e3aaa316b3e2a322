"""What is refused about accounts."""

from shared.errors import ConflictError, ForbiddenError, UnauthenticatedError


class EmailTakenError(ConflictError):
    """Somebody has registered with this e-mail."""

    slug = "email-taken"
    title = "The e-mail is registered already"

    def __init__(self) -> None:
        super().__init__("An account with this e-mail exists already. Log in, or register with another e-mail.")


class WrongCredentialsError(UnauthenticatedError):
    """Unknown e-mail, wrong password or disabled account: the answer doesn't tell which."""

    slug = "wrong-credentials"
    title = "Wrong e-mail or password"

    def __init__(self) -> None:
        challenge = {"WWW-Authenticate": 'Bearer realm="durable-shop"'}
        super().__init__("The e-mail or the password is wrong.", headers=challenge)


class WrongPasswordError(ForbiddenError):
    """The current password given with a change of password isn't right."""

    slug = "wrong-password"
    title = "The current password is wrong"

    def __init__(self) -> None:
        super().__init__("The password stays as it is: `currentPassword` isn't the present one.")
