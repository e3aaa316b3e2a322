"""Acting on a live instance: events, termination, suspension. Rewind is refused by name."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from localcloud.durable.api.answers import bad_json, broken, empty, json_answer, message, not_built
from localcloud.durable.api.call import Call, Handler, Route
from localcloud.durable.api.json_text import JsonTextError, body_text
from localcloud.durable.model import (
    InstanceFinishedError,
    InstanceNotFoundError,
    InvalidOperationError,
    RuntimeStatus,
    TaskHub,
)

_JSON_ONLY = "Only application/json request content is supported"
_Operation = Callable[[TaskHub, str, str | None], Awaitable[None]]


async def raise_event(call: Call) -> web.Response:
    """POST instances/{id}/raiseEvent/{event}: 202; 404 and 410 come before any look at the body."""
    state = await call.hub.get(call.instance_id)
    if state is None:
        return empty(404)
    if state.status.terminal:
        return empty(410)
    if call.request.content_type.lower() != "application/json":
        return message(400, _JSON_ONLY)
    try:
        text = await body_text(call.request)
        if text is None:
            return message(400, _JSON_ONLY)
        await call.hub.raise_event(call.instance_id, call.path["event"], text)
    except JsonTextError as error:
        return bad_json(str(error))
    except InstanceNotFoundError:
        return empty(404)
    except InstanceFinishedError:
        return empty(410)
    return empty(202)


def _operation(verb: str, operate: _Operation) -> Handler:
    """POST instances/{id}/{verb}?reason=: 202, 404, 410, or 500 when the state doesn't allow it."""

    async def handle(call: Call) -> web.Response:
        try:
            await operate(call.hub, call.instance_id, call.parameters.text("reason"))
        except InstanceNotFoundError:
            return empty(404)
        except InstanceFinishedError:
            return empty(410)
        except InvalidOperationError as error:
            because = f"because instance is in the {error.status} state."
            return broken(f"Cannot {verb} the orchestration instance {call.instance_id} {because}")
        return empty(202)

    return handle


async def rewind(call: Call) -> web.Response:
    """POST instances/{id}/rewind: refused as the real extension refuses it, and for failed instances as not built."""
    state = await call.hub.get(call.instance_id)
    if state is None:
        return json_answer(f'No orchestration with instance ID "${call.instance_id}" found.', 404)
    if state.status is not RuntimeStatus.FAILED:
        wanted = 'but only orchestrations in the "Failed" state can be rewound.'
        return json_answer(f"This orchestration has status {state.status}, {wanted}", 412)
    return not_built("rewinding a failed orchestration")


ROUTES: list[Route] = [
    ("POST", "instances/{id}/raiseEvent/{event}", raise_event),
    ("POST", "instances/{id}/terminate", _operation("terminate", lambda hub, i, reason: hub.terminate(i, reason))),
    ("POST", "instances/{id}/suspend", _operation("suspend", lambda hub, i, reason: hub.suspend(i, reason))),
    ("POST", "instances/{id}/resume", _operation("resume", lambda hub, i, reason: hub.resume(i, reason))),
    ("POST", "instances/{id}/rewind", rewind),
]
