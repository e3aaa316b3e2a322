"""/_localcloud/ of the Service Bus stand-in."""

from aiohttp import web

from localcloud import admin_api
from localcloud.admin_api import PREFIX, RefusedError, answering, body_of, json_answer
from localcloud.servicebus.broker.broker import Broker
from localcloud.servicebus.broker.definitions import DefinitionError
from localcloud.servicebus.broker.message import State
from localcloud.servicebus.broker.queue import Queue
from localcloud.servicebus.faults import FaultRules


class AdminApi(admin_api.AdminApi):
    """The admin endpoint of one server."""

    def __init__(self, broker: Broker, faults: FaultRules) -> None:
        super().__init__(broker, faults)
        self._broker = broker

    def routes(self) -> list[web.RouteDef]:
        """What the admin port serves: the usual, and what the entities hold."""
        return [*super().routes(), web.get(f"{PREFIX}/entities", answering(self._entities))]

    async def health(self, request: web.Request) -> web.Response:
        """How many entities there are."""
        return json_answer({"status": "ok", "entities": len(self._broker.entities)})

    async def reset(self, request: web.Request) -> web.Response:
        """Forgets all messages; the entities stay."""
        return json_answer({"reset": await self._broker.reset()})

    async def provision(self, request: web.Request) -> web.Response:
        """Creates the entities of a resources description that are missing."""
        try:
            created = self._broker.definitions.provision(await body_of(request))
        except DefinitionError as error:
            raise RefusedError(str(error)) from error
        self._broker.journal.flush()
        return json_answer({"created": created})

    async def _entities(self, _: web.Request) -> web.Response:
        counted = {
            entity.name: _counts(entity) for entity in self._broker.entities.values() if isinstance(entity, Queue)
        }
        return json_answer({"entities": counted})


def _counts(queue: Queue) -> dict[str, int]:
    states = [message.state for message in queue.messages.values()]
    return {state.name.lower(): states.count(state) for state in State} | {"locked": len(queue.locks)}
