"""What the stand-in refuses, with the code and substatus that the SDKs look at and the text that users see on Azure."""

from collections.abc import Mapping
from http import HTTPStatus

_CODES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "Conflict",
    410: "Gone",
    412: "PreconditionFailed",
    413: "RequestEntityTooLarge",
    424: "FailedDependency",
    429: "TooManyRequests",
    449: "RetryWith",
    500: "InternalServerError",
    503: "ServiceUnavailable",
}


class CosmosError(Exception):
    """An error answer: HTTP status, substatus (0: none), message, further headers."""

    def __init__(
        self, status: int, message: str, *, substatus: int = 0, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.substatus = int(status), message, substatus
        self.headers = dict(headers or {})

    @property
    def code(self) -> str:
        """The `code` of the error body."""
        return _CODES.get(self.status, "Error")


def bad_request(message: str, substatus: int = 0) -> CosmosError:
    """A 400 that names what is wrong with the request."""
    return CosmosError(HTTPStatus.BAD_REQUEST, message, substatus=substatus)


def not_built(what: str) -> CosmosError:
    """A 400 for what Azure can do and this stand-in can't (yet)."""
    return bad_request(f"{what} is not built in this stand-in for Cosmos DB yet.")


def not_found() -> CosmosError:
    """A 404 as Azure words it."""
    return CosmosError(HTTPStatus.NOT_FOUND, "Entity with the specified id does not exist in the system.")


def conflict() -> CosmosError:
    """A 409 as Azure words it."""
    return CosmosError(HTTPStatus.CONFLICT, "Entity with the specified id already exists in the system.")


def precondition_failed(substatus: int = 0) -> CosmosError:
    """A 412 as Azure words it; substatus 1110 for a patch condition that doesn't hold."""
    message = (
        "One of the specified pre-condition is not met. The filter predicate of the patch does not match the document."
        if substatus
        else "One of the specified pre-condition is not met. Learn more: https://aka.ms/CosmosDB/sql/errors/precondition"
    )
    return CosmosError(HTTPStatus.PRECONDITION_FAILED, message, substatus=substatus)


def too_large() -> CosmosError:
    """A 413 as Azure words it."""
    return CosmosError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Request size is too large.")
