"""Key Vault's error answers: `{"error": {"code", "message", "innererror"?}}`."""

from aiohttp import web


class VaultError(Exception):
    """A refusal as Key Vault words it."""

    def __init__(self, status: int, code: str, message: str, inner: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.inner = inner

    def response(self) -> web.Response:
        """The HTTP answer."""
        error: dict[str, object] = {"code": self.code, "message": self.message}
        if self.inner:
            error["innererror"] = {"code": self.inner}
        return web.json_response({"error": error}, status=self.status)


def bad_parameter(message: str) -> VaultError:
    """400 BadParameter."""
    return VaultError(400, "BadParameter", message)


def secret_not_found(name: str) -> VaultError:
    """404 SecretNotFound; `name` is a secret's name or `name/version`."""
    return VaultError(
        404,
        "SecretNotFound",
        f"A secret with (name/id) {name} was not found in this key vault. "
        f"If you recently deleted this secret you may be able to recover it using the correct recovery command.",
    )


def deleted_secret_not_found(name: str) -> VaultError:
    """404 for a name that is not among the deleted secrets."""
    return VaultError(404, "SecretNotFound", f"Deleted Secret not found: {name}")


def secret_disabled() -> VaultError:
    """403 for reading the value of a disabled version."""
    return VaultError(403, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled")


def name_is_deleted(name: str) -> VaultError:
    """409 for using the name of a deleted secret."""
    return VaultError(
        409,
        "Conflict",
        f"Secret {name} is currently in a deleted but recoverable state, and its name cannot be reused; "
        f"in this state, the secret can only be recovered or purged.",
        "ObjectIsDeletedButRecoverable",
    )
