"""Starting orchestrations: by name, with or without waiting for the end, and starting one again."""

from datetime import timedelta

from aiohttp import web

from localcloud.durable.api.answers import bad_argument, bad_json, broken, failure, json_answer, message
from localcloud.durable.api.call import Call, Route
from localcloud.durable.api.json_text import JsonTextError, body_text, parsed
from localcloud.durable.api.status_view import status_view
from localcloud.durable.model import InstanceExistsError, InstanceNotFoundError, InstanceState, RuntimeStatus

_DEFAULT_INTERVAL = 1.0
_RETRY_AFTER_SECONDS = "10"
_LONGEST_ID = 512
"""Characters; the real extension's ids are table keys, which end there."""


def accepted(call: Call, instance_id: str) -> web.Response:
    """202 with the instance's links."""
    links = call.surface.links.instance(call.origin, instance_id)
    headers = {"Location": links["statusQueryGetUri"], "Retry-After": _RETRY_AFTER_SECONDS}
    return json_answer(links, 202, headers)


async def start(call: Call) -> web.Response:
    """POST orchestrators/{name}[/{id}]: 202, or with `timeout` the end of the run; 409 when the id is taken.

    An id that is too long is a 500, as on the real extension.
    """
    if (length := len(call.path.get("id", ""))) > _LONGEST_ID:
        too_long = f"The instance id has {length} characters. Use one of at most {_LONGEST_ID}."
        return broken(too_long, "System.ArgumentException")
    timeout = call.parameters.seconds("timeout")
    interval = call.parameters.seconds("pollingInterval") or _DEFAULT_INTERVAL
    if timeout is not None and timeout <= interval:
        return message(400, f"Total timeout {timeout:g} should be bigger than retry timeout {interval:g}")
    try:
        text = await body_text(call.request)
        version = call.parameters.text("version")
        instance_id = await call.hub.start_new(call.path["name"], call.path.get("id"), text, version)
    except JsonTextError as error:
        return bad_json(str(error))
    except InstanceExistsError as error:
        return message(409, str(error))
    if timeout is not None:
        state = await _ended(call, instance_id, timeout, interval)
        if state is not None:
            done = state.status is RuntimeStatus.COMPLETED
            return json_answer(parsed(state.output) if done else status_view(state))
    return accepted(call, instance_id)


async def restart(call: Call) -> web.Response:
    """POST instances/{id}/restart: the same function and input again, under a new id unless told otherwise."""
    new_id = call.parameters.flag("restartWithNewInstanceId", default=True)
    try:
        return accepted(call, await call.hub.restart(call.instance_id, new_id))
    except InstanceNotFoundError:
        return bad_argument("InstanceId does not match a valid orchestration instance.")
    except InstanceExistsError:
        text = "A non-terminal instance with this instance ID already exists."
        return failure(409, text, text, "DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException")


async def _ended(call: Call, instance_id: str, limit: float, interval: float) -> InstanceState | None:
    """The instance once it has ended, looked at every `interval` seconds; None when `limit` seconds pass before."""
    clock = call.surface.clock
    deadline = clock.now() + timedelta(seconds=limit)
    while True:
        state = await call.hub.get(instance_id)
        if state is not None and state.status.terminal:
            return state
        if clock.now() >= deadline:
            return None
        await clock.sleep_until(min(deadline, clock.now() + timedelta(seconds=interval)))


ROUTES: list[Route] = [
    ("POST", "orchestrators/{name}", start),
    ("POST", "orchestrators/{name}/{id}", start),
    ("POST", "instances/{id}/restart", restart),
]
