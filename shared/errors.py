"""Everything the shop refuses, as one hierarchy. `api/` maps it to problem documents (RFC 9457) in one place.

A subclass gives `slug` (the end of the stable URN), `title` (the same for every occurrence) and `status`; an instance
gives `detail`, written for the caller: what is wrong with this request and, where that helps, what to do about it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

URN_PREFIX = "urn:durable-shop:"


@dataclass(frozen=True)
class Violation:
    """One broken rule. `pointer` is a JSON Pointer (RFC 6901) into the body, or `?name` for a query parameter."""

    pointer: str
    detail: str


class ShopError(Exception):
    """Base of all refusals. `headers` are added to the HTTP answer."""

    slug = "internal-error"
    title = "Internal error"
    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(
        self, detail: str, *, errors: Sequence[Violation] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    @property
    def urn(self) -> str:
        """The problem's type: stable, for programs to compare with."""
        return URN_PREFIX + self.slug


class BadRequestError(ShopError):
    """The request can't be understood: not JSON, a broken header."""

    slug = "bad-request"
    title = "The request can't be understood"
    status = HTTPStatus.BAD_REQUEST


class UnauthenticatedError(ShopError):
    """Nobody is logged in, or the token isn't good (any more)."""

    slug = "unauthenticated"
    title = "Authentication required"
    status = HTTPStatus.UNAUTHORIZED


class ForbiddenError(ShopError):
    """The caller is known and may not do this."""

    slug = "forbidden"
    title = "Not allowed"
    status = HTTPStatus.FORBIDDEN


class NotFoundError(ShopError):
    """There is no such resource, or the caller may not know of it."""

    slug = "not-found"
    title = "Not found"
    status = HTTPStatus.NOT_FOUND


class MethodNotAllowedError(ShopError):
    """The path exists and doesn't know the method."""

    slug = "method-not-allowed"
    title = "Method not allowed"
    status = HTTPStatus.METHOD_NOT_ALLOWED


class ConflictError(ShopError):
    """The present state doesn't allow it."""

    slug = "conflict"
    title = "Conflict with the present state"
    status = HTTPStatus.CONFLICT


class PreconditionFailedError(ShopError):
    """If-Match names a version that isn't the present one."""

    slug = "precondition-failed"
    title = "The resource has changed"
    status = HTTPStatus.PRECONDITION_FAILED


class PayloadTooLargeError(ShopError):
    """The body is over the limit."""

    slug = "payload-too-large"
    title = "The body is too large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class UnsupportedMediaTypeError(ShopError):
    """The body isn't declared as JSON in UTF-8."""

    slug = "unsupported-media-type"
    title = "The body's media type isn't supported"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class ValidationError(ShopError):
    """The request is understood and breaks rules; `errors` lists each with its pointer."""

    slug = "validation"
    title = "The request breaks a rule"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class UnavailableError(ShopError):
    """A service that the shop depends on doesn't answer; the same request may succeed later."""

    slug = "unavailable"
    title = "Temporarily unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
