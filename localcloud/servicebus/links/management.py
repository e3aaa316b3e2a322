"""`$management` of an entity: request and response for all that plain links don't offer."""

import logging
from collections.abc import Callable
from typing import Any

from localcloud.servicebus.amqp.errors import (
    ARGUMENT_ERROR,
    ENTITY_EXISTS,
    INTERNAL_ERROR,
    MESSAGE_LOCK_LOST,
    MESSAGE_NOT_FOUND,
    NOT_ALLOWED,
    NOT_FOUND,
    NOT_IMPLEMENTED,
    SESSION_LOCK_LOST,
    AmqpError,
)
from localcloud.servicebus.amqp.types import Int, Symbol
from localcloud.servicebus.broker.broker import FULL, Broker
from localcloud.servicebus.broker.entity import Entity
from localcloud.servicebus.links.operations import OPERATIONS
from localcloud.servicebus.links.requests import Replies, Request, RequestsEndpoint

logger = logging.getLogger(__name__)

_CODES = {
    MESSAGE_LOCK_LOST: 410,
    SESSION_LOCK_LOST: 410,
    MESSAGE_NOT_FOUND: 404,
    NOT_FOUND: 404,
    ENTITY_EXISTS: 409,
    NOT_ALLOWED: 403,
    ARGUMENT_ERROR: 400,
    NOT_IMPLEMENTED: 501,
}
_PREFIX = "com.microsoft:"


class ManagementEndpoint(RequestsEndpoint):
    """Answers the requests about one entity."""

    def __init__(self, replies: Replies, reply_to: str, broker: Broker, entity: Entity) -> None:
        super().__init__(replies, reply_to)
        self._broker, self._entity = broker, entity

    def on_request(self, request: Request) -> None:
        """Does what is asked and answers once it is on disk. Every request is answered."""
        try:
            answer = self._perform(request)
        except AmqpError as error:
            _refuse(request, error)
            return
        except Exception:  # one odd request must not end the broker
            logger.exception("Service Bus stand-in: a management request failed")
            _refuse(request, AmqpError(INTERNAL_ERROR, "The broker failed on this request: see its log."))
            return
        self._broker.journal.acknowledge(lambda: _answer(request, answer), lambda: _refuse(request, FULL))

    def _perform(self, request: Request) -> dict[str, Any] | None:
        name = str(request.properties.get("operation", ""))
        operation: Callable[[Entity, dict[str, Any]], dict[str, Any] | None] | None
        operation = OPERATIONS.get(name.removeprefix(_PREFIX))
        if operation is None:
            raise AmqpError(NOT_IMPLEMENTED, f"The management operation {name!r} is not known.")
        if self._entity.is_deleted:
            raise self._entity.missing()
        body = request.body if isinstance(request.body, dict) else {}
        try:
            return operation(self._entity, {str(key): value for key, value in body.items()})
        except (KeyError, TypeError, ValueError) as error:
            raise AmqpError(ARGUMENT_ERROR, f"The body of {name} is malformed: {error!r}") from error


def _answer(request: Request, answer: dict[str, Any] | None) -> None:
    if answer == {}:
        request.answer({"statusCode": Int(204), "statusDescription": "No Content"}, {})
    else:
        request.answer({"statusCode": Int(200), "statusDescription": "OK"}, answer or {})


def _refuse(request: Request, error: AmqpError) -> None:
    properties = {
        "statusCode": Int(_CODES.get(error.condition, 500)),
        "statusDescription": error.description,
        "errorCondition": Symbol(error.condition),
    }
    request.answer(properties, {})
