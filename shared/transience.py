"""Telling failures that pass by themselves from those that don't."""

from http import HTTPStatus

import aiohttp
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from shared.errors import UnavailableError

_PASSING = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.GONE,
    HTTPStatus.TOO_MANY_REQUESTS,
    449,  # Cosmos DB: conflicting requests, try again
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
_UNREACHABLE = (
    ServiceRequestError,
    ServiceResponseError,
    ClientAuthenticationError,
    aiohttp.ClientError,  # the durable client's
    TimeoutError,
    UnavailableError,
)


def is_passing(error: Exception) -> bool:
    """Whether the same call may succeed a little later: a service is away, busy or was slow."""
    if isinstance(error, _UNREACHABLE):
        return True
    return isinstance(error, HttpResponseError) and error.status_code in _PASSING
