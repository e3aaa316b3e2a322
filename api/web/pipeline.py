"""The way of every request: each check in its place, then the handler, then the answer.

The order is that of the documentation: route, method, 401, 403, 413, 415, 400, 422, 404, 409/412. The host and the
catch-all do the first two, handlers the last three.
"""

import re
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import azure.durable_functions as df
import azure.functions as func
from pydantic import BaseModel

from api.web.call import Call, Reply
from api.web.json_body import check_media_type, check_size, parse_json
from api.web.problem import as_shop_error
from api.web.response import problem_response, success_response
from api.web.route import Access, Route
from api.web.validation import validated_body, validated_query
from shared.auth.authenticator import Principal
from shared.errors import BadRequestError, ForbiddenError
from shared.services import services

_SANE_ID = re.compile(r"[A-Za-z0-9._~-]{1,128}")
_IDEMPOTENCY_KEY = re.compile(r"[\x20-\x7e]{1,255}")


async def serve(
    route: Route, request: func.HttpRequest, client: df.DurableOrchestrationClient | None = None
) -> func.HttpResponse:
    """The answer to a request of a declared route; every exception becomes a problem document."""
    request_id = _request_id(request.headers.get("x-request-id"))
    path = urlsplit(request.url).path
    try:
        reply = await _answer(route, request, request_id, path, client)
    except Exception as error:  # a handler's fault must not become the host's empty 500
        return problem_response(as_shop_error(error, request_id), instance=path, request_id=request_id)
    return success_response(reply, request_id=request_id)


async def _answer(
    route: Route,
    request: func.HttpRequest,
    request_id: str,
    path: str,
    client: df.DurableOrchestrationClient | None,
) -> Reply:
    principal = await _authorized(route.access, request.headers)
    content = request.get_body()
    if route.methods:  # the catch-all reads no body: 404 and 405 come before 413
        check_size(content)
    body = _body(route, request.headers, content)
    query = validated_query(route.query, request.params) if route.query is not None else None
    call = Call(
        services=services(),
        request_id=request_id,
        method=request.method.upper(),
        path=path,
        headers=request.headers,
        route_params=request.route_params,
        principal=principal,
        body=body,
        query=query,
        client=client,
    )
    return await route.handler(call)


async def _authorized(access: Access, headers: Mapping[str, str]) -> Principal | None:
    if access is Access.ANYONE:
        return None
    principal = await services().authenticator.authenticate(headers.get("authorization"))
    if access is Access.ADMIN and not principal.is_admin:
        raise ForbiddenError("Only admins may do this.")
    return principal


def _body(route: Route, headers: Mapping[str, str], content: bytes) -> BaseModel | None:
    if route.body is None:
        return None
    check_media_type(headers.get("content-type"))
    value: Any = parse_json(content, chunked=headers.get("transfer-encoding", "").lower() == "chunked")
    if route.idempotent:
        _check_idempotency_key(headers.get("idempotency-key"))
    return validated_body(route.body, value)


def _check_idempotency_key(key: str | None) -> None:
    if key is not None and not _IDEMPOTENCY_KEY.fullmatch(key):
        raise BadRequestError("The header Idempotency-Key takes 1 to 255 printable ASCII characters.")


def _request_id(sent: str | None) -> str:
    """The caller's id if it can safely be echoed and logged, else a new one."""
    return sent if sent is not None and _SANE_ID.fullmatch(sent) else uuid.uuid4().hex
