"""Decides what stands behind a new link of a connection."""

from dataclasses import dataclass

from localcloud.servicebus.amqp.errors import ENTITY_DISABLED, NOT_ALLOWED, NOT_FOUND, NOT_IMPLEMENTED, AmqpError
from localcloud.servicebus.amqp.link import Link
from localcloud.servicebus.amqp.outcomes import is_coordinator
from localcloud.servicebus.amqp.types import Symbol
from localcloud.servicebus.broker.broker import Broker
from localcloud.servicebus.broker.entity import Entity
from localcloud.servicebus.broker.queue import Queue
from localcloud.servicebus.faults import FaultRules
from localcloud.servicebus.links.address import CBS, MANAGEMENT_SUFFIX, address_of, entity_path, session_wish
from localcloud.servicebus.links.cbs import CbsEndpoint
from localcloud.servicebus.links.management import ManagementEndpoint
from localcloud.servicebus.links.receiving import ReceiverEndpoint
from localcloud.servicebus.links.requests import Replies, RepliesEndpoint
from localcloud.servicebus.links.sending import SenderEndpoint

SESSION_WAIT_MS = 60_000
_TIMEOUT = Symbol("com.microsoft:timeout")


@dataclass(frozen=True, slots=True)
class Namespace:
    """What all connections share."""

    broker: Broker
    faults: FaultRules
    checks_sas: bool = False


class ClientLinks:
    """The links of one connection."""

    def __init__(self, namespace: Namespace) -> None:
        self._namespace = namespace
        self._replies = Replies()

    def attach(self, link: Link) -> None:
        """Accepts the link, now or later. Raises AmqpError."""
        terminus = link.attach.target if link.from_client else link.attach.source
        if is_coordinator(terminus):
            raise AmqpError(NOT_IMPLEMENTED, "Transactions are not built: send and settle outside of one.")
        address = address_of(terminus)
        if address is None:
            raise AmqpError(NOT_ALLOWED, "The link names no entity.")
        path = entity_path(address)
        if path.lower() == CBS:
            self._attach_request_link(link, CBS, None)
        elif path.lower().endswith(MANAGEMENT_SUFFIX):
            self._attach_request_link(link, address, self._entity(path[: -len(MANAGEMENT_SUFFIX)]))
        else:
            self._attach_entity(link, self._entity(path))

    def _attach_request_link(self, link: Link, address: str, entity: Entity | None) -> None:
        broker = self._namespace.broker
        if not link.from_client:
            link.accept(RepliesEndpoint(self._replies, link))
            self._replies.add(address_of(link.attach.target) or address, link)
        elif entity is None:
            link.accept(CbsEndpoint(self._replies, broker, checks_sas=self._namespace.checks_sas))
        else:
            link.accept(ManagementEndpoint(self._replies, address, broker, entity))

    def _attach_entity(self, link: Link, entity: Entity) -> None:
        namespace = self._namespace
        fault = namespace.faults.hit("attach", entity.path)
        if fault is None:
            self._attach_sound(link, entity)
            return
        if fault.drop_before or fault.drop_after:
            link.session.connection.end()
            return

        def attach() -> None:
            try:
                if fault.error is not None:
                    raise fault.error
                self._attach_sound(link, entity)
            except AmqpError as error:
                link.refuse(error)

        fault.after_delay(attach)

    def _attach_sound(self, link: Link, entity: Entity) -> None:
        namespace = self._namespace
        if isinstance(entity, Queue) and not link.from_client and not entity.is_open:
            raise AmqpError(ENTITY_DISABLED, f"The messaging entity {entity.name} is disabled for receiving.")
        if link.from_client:
            entity.check(())
            link.accept(SenderEndpoint(namespace.broker, entity, namespace.faults))
        elif isinstance(entity, Queue):
            self._attach_receiver(link, entity)
        else:
            raise AmqpError(NOT_ALLOWED, f"{entity.name} is a topic: receive from one of its subscriptions.")

    def _attach_receiver(self, link: Link, queue: Queue) -> None:
        endpoint = ReceiverEndpoint(self._namespace.broker, queue, link, self._namespace.faults)
        wish = session_wish(link.attach.source)
        if (wish is not None) != queue.has_sessions:
            text = "needs a session receiver" if queue.has_sessions else "has no sessions: use a plain receiver"
            raise AmqpError(NOT_ALLOWED, f"{queue.name} {text}.")
        if wish is None:
            queue.attach(endpoint)
            link.accept(endpoint)
        elif wish.session_id is not None:
            queue.sessions.accept(wish.session_id, endpoint)
        else:
            given = (link.attach.properties or {}).get(_TIMEOUT)
            link.endpoint = endpoint
            queue.sessions.wait(endpoint, int(given) if isinstance(given, int) and given else SESSION_WAIT_MS)

    def _entity(self, path: str) -> Entity:
        entity = self._namespace.broker.find(path)
        if entity is None:
            raise AmqpError(NOT_FOUND, f"The messaging entity '{path}' could not be found.")
        return entity
