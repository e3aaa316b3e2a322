"""Removing the history of ended instances."""

from aiohttp import web

from localcloud.durable.api.answers import empty, json_answer
from localcloud.durable.api.call import Call, Route
from localcloud.durable.model import InstanceQuery, InvalidOperationError


async def purge_instance(call: Call) -> web.Response:
    """DELETE instances/{id}: 200 with the count, 404, or 412 while it is alive."""
    try:
        removed = await call.hub.purge(call.instance_id)
    except InvalidOperationError as error:
        found = f"the orchestration with instance ID {call.instance_id} has status {error.status}"
        return json_answer(f"Only orchestrations in a terminal state can be purged, but {found}", 412)
    return _purged(int(removed))


async def purge_by_filter(call: Call) -> web.Response:
    """DELETE instances?createdTimeFrom=: removes what has ended in that window; a status that is no end is ignored."""
    created_from = call.parameters.time("createdTimeFrom")
    if created_from is None:
        return json_answer("Please provide value for 'createdTimeFrom' parameter.", 400)
    ends = frozenset(status for status in call.parameters.statuses() if status.terminal)
    query = InstanceQuery(created_from=created_from, created_to=call.parameters.time("createdTimeTo"), statuses=ends)
    return _purged(await call.hub.purge_by(query))


def _purged(count: int) -> web.Response:
    return json_answer({"instancesDeleted": count}) if count else empty(404)


ROUTES: list[Route] = [
    ("DELETE", "instances", purge_by_filter),
    ("DELETE", "instances/{id}", purge_instance),
]
