"""Reading instances: one by id, many by filter and page."""

from dataclasses import replace

from aiohttp import web

from localcloud.durable.api.answers import bad_argument, broken, empty, json_answer
from localcloud.durable.api.call import Call, Route
from localcloud.durable.api.history_view import DuplicateEventError
from localcloud.durable.api.query import CONTINUATION, page_query, page_token
from localcloud.durable.api.status_view import status_view
from localcloud.durable.model import RuntimeStatus

_RETRY_AFTER_SECONDS = "5"


async def get_instance(call: Call) -> web.Response:
    """GET instances/{id}: 200 when it has ended, 202 with where to look again while it goes on, 404."""
    state = await call.hub.get(call.instance_id)
    if state is None:
        return empty(404)
    flag = call.parameters.flag
    history = await call.hub.history(call.instance_id) if flag("showHistory") else None
    try:
        body = status_view(state, flag("showInput", default=True), history, flag("showHistoryOutput"))
    except DuplicateEventError as error:
        return bad_argument(str(error))
    if not state.status.terminal:
        location = f"{call.origin}{call.request.raw_path}"
        return json_answer(body, 202, {"Location": location, "Retry-After": _RETRY_AFTER_SECONDS})
    failed = state.status is RuntimeStatus.FAILED and flag("returnInternalServerErrorOnFailure")
    return json_answer(body, 500 if failed else 200)


async def list_instances(call: Call) -> web.Response:
    """GET instances: a page ordered by id; the header `x-ms-continuation-token` leads to the next one."""
    query = page_query(call.parameters, call.request.headers)
    if query is None:
        return json_answer([])
    if query.top < 0:
        return broken(f"The page size {query.top} is negative; use a `top` of 0 or more.", "System.ArgumentException")
    found = await call.hub.query(replace(query, top=query.top + 1))
    page = found[: query.top]
    last_id = page[-1].instance_id if page else query.after_id or ""
    headers = {CONTINUATION: page_token(last_id)} if len(found) > query.top else {}
    show_input = call.parameters.flag("showInput", default=True)
    return json_answer([status_view(state, show_input) for state in page], 200, headers)


ROUTES: list[Route] = [
    ("GET", "instances", list_instances),
    ("GET", "instances/{id}", get_instance),
]
