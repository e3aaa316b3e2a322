"""Answers as the host sends them: the envelope of successes, problem documents, and the headers of every answer."""

import json
from collections.abc import Mapping
from typing import Any

import azure.functions as func

from api.web.call import Reply
from api.web.problem import problem_document
from shared.errors import ShopError
from shared.time import rfc3339, utc_now

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "Cache-Control": "no-store",
}


def success_response(reply: Reply, *, request_id: str) -> func.HttpResponse:
    """A handler's answer, inside the envelope `{"success": true, …}`."""
    headers = {**_ALWAYS, **reply.headers, "X-Request-ID": request_id}
    if reply.content is None:
        return func.HttpResponse(None, status_code=reply.status, headers=headers)
    return _json({"success": True, **reply.content}, int(reply.status), headers, "application/json")


def problem_response(error: ShopError, *, instance: str, request_id: str) -> func.HttpResponse:
    """A refusal as application/problem+json."""
    document = problem_document(error, instance=instance, request_id=request_id, timestamp=rfc3339(utc_now()))
    headers = {**_ALWAYS, **error.headers, "X-Request-ID": request_id}
    return _json(document, int(error.status), headers, "application/problem+json")


def _json(content: Mapping[str, Any], status: int, headers: Mapping[str, str], media_type: str) -> func.HttpResponse:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return func.HttpResponse(text.encode(), status_code=status, headers=headers, mimetype=media_type)
