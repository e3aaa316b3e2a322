"""Errors as problem documents (RFC 9457), in the one place where they are mapped."""

import logging
from typing import Any

from shared.errors import ShopError, UnavailableError
from shared.settings import SettingsError
from shared.transience import is_passing

_log = logging.getLogger(__name__)
_RETRY = {"Retry-After": "1"}


def as_shop_error(error: Exception, request_id: str) -> ShopError:
    """The refusal to answer with. What isn't one already is logged with its cause, which the caller isn't told."""
    if isinstance(error, ShopError):
        return error
    if isinstance(error, SettingsError):
        _log.error("Request %s: %s", request_id, error)
        return UnavailableError("The service isn't set up completely; its log names the setting.")
    if is_passing(error):
        _log.warning("Request %s: a service doesn't answer: %s", request_id, error)
        return UnavailableError("A service that this one depends on doesn't answer. Try again.", headers=_RETRY)
    _log.error("Request %s failed", request_id, exc_info=error)
    return ShopError(f"Something went wrong here; it is logged under {request_id}.")


def problem_document(error: ShopError, *, instance: str, request_id: str, timestamp: str) -> dict[str, Any]:
    """The JSON body of a refusal; `error` and `message` are the envelope of every error of this API."""
    document: dict[str, Any] = {
        "type": error.urn,
        "title": error.title,
        "status": int(error.status),
        "detail": error.detail,
        "instance": instance,
        "requestId": request_id,
        "timestamp": timestamp,
        "error": True,
        "message": error.detail,
    }
    if error.errors:
        document["errors"] = [{"pointer": found.pointer, "detail": found.detail} for found in error.errors]
    return document
