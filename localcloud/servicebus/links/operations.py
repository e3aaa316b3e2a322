"""The operations of `$management` (Microsoft: "AMQP request-response-based operations"). {} means: no content."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from localcloud.servicebus.amqp.errors import NOT_ALLOWED, AmqpError
from localcloud.servicebus.amqp.types import Array, Int, Timestamp
from localcloud.servicebus.broker import browsing, settlement
from localcloud.servicebus.broker.entity import Entity
from localcloud.servicebus.broker.message import Content
from localcloud.servicebus.broker.queue import Queue
from localcloud.servicebus.links import rules

Body = dict[str, Any]
ALL_SESSIONS_MS = 253_402_300_799_999
"""From this time on (the end of year 9999), a listing of sessions is about all of them."""


def _queue(entity: Entity) -> Queue:
    if not isinstance(entity, Queue):
        raise AmqpError(NOT_ALLOWED, f"{entity.name} is a topic: receive from one of its subscriptions.")
    return entity


def _tokens(body: Body) -> list[UUID]:
    return [token if isinstance(token, UUID) else UUID(str(token)) for token in body["lock-tokens"]]


def _numbers(body: Body) -> list[int]:
    return [int(number) for number in body["sequence-numbers"]]


def renew_lock(entity: Entity, body: Body) -> Body:
    """New ends of message locks."""
    queue = _queue(entity)
    for token in _tokens(body):
        queue.locked(token)
    return {"expirations": Array([Timestamp(queue.renew(token)) for token in _tokens(body)])}


def peek_message(entity: Entity, body: Body) -> Body:
    """Messages without locks."""
    start, count = int(body.get("from-sequence-number") or 0), int(body.get("message-count") or 1)
    messages = browsing.peek(entity, start, count, body.get("session-id"))
    return {"messages": [{"message": message.encoded(peeked=True)} for message in messages]} if messages else {}


def schedule_message(entity: Entity, body: Body) -> Body:
    """Messages for later."""
    contents = [Content.parsed(item["message"]) for item in body["messages"]]
    return {"sequence-numbers": Array(entity.schedule(contents))}


def cancel_scheduled_message(entity: Entity, body: Body) -> None:
    """Takes scheduled messages back."""
    entity.cancel(_numbers(body))


def receive_by_sequence_number(entity: Entity, body: Body) -> Body:
    """Deferred messages."""
    deletes = int(body.get("receiver-settle-mode") or 0) == 0
    found = browsing.receive_deferred(_queue(entity), _numbers(body), body.get("session-id"), deletes=deletes)
    nothing = UUID(int=0)
    return {
        "messages": [
            {"lock-token": message.lock.token if message.lock is not None else nothing, "message": message.encoded()}
            for message in found
        ]
    }


def update_disposition(entity: Entity, body: Body) -> None:
    """Verdicts by lock token."""
    queue, tokens = _queue(entity), _tokens(body)
    for token in tokens:
        queue.locked(token)
    changes = body.get("properties-to-modify")
    for token in tokens:
        match body["disposition-status"]:
            case "completed":
                settlement.complete(queue, token)
            case "abandoned":
                settlement.abandon(queue, token, changes)
            case "defered" | "deferred":
                settlement.defer(queue, token, changes)
            case "suspended":
                reason, description = body.get("deadletter-reason"), body.get("deadletter-description")
                settlement.dead_letter(queue, token, reason, description, changes)
            case other:
                raise ValueError(f"disposition-status {other!r}")


def renew_session_lock(entity: Entity, body: Body) -> Body:
    """A new end of a session lock."""
    return {"expiration": Timestamp(_queue(entity).sessions.renew(body["session-id"]))}


def get_session_state(entity: Entity, body: Body) -> Body:
    """The application's state."""
    return {"session-state": _queue(entity).sessions.owned(body["session-id"]).state}


def set_session_state(entity: Entity, body: Body) -> None:
    """Keeps the application's state."""
    state = body.get("session-state")
    if not isinstance(state, bytes | None):
        raise TypeError("session-state")
    _queue(entity).sessions.set_state(body["session-id"], state)


def get_message_sessions(entity: Entity, body: Body) -> Body:
    """Ids of sessions."""
    since, skip, top = int(body["last-updated-time"]), int(body.get("skip") or 0), int(body.get("top") or 100)
    found = _queue(entity).sessions.listed(None if since >= ALL_SESSIONS_MS else since)[skip : skip + top]
    return {"skip": Int(skip + len(found)), "sessions-ids": Array(found)} if found else {}


OPERATIONS: dict[str, Callable[[Entity, Body], Body | None]] = {
    "renew-lock": renew_lock,
    "peek-message": peek_message,
    "schedule-message": schedule_message,
    "cancel-scheduled-message": cancel_scheduled_message,
    "receive-by-sequence-number": receive_by_sequence_number,
    "update-disposition": update_disposition,
    "renew-session-lock": renew_session_lock,
    "get-session-state": get_session_state,
    "set-session-state": set_session_state,
    "get-message-sessions": get_message_sessions,
    "add-rule": rules.add_rule,
    "remove-rule": rules.remove_rule,
    "enumerate-rules": rules.enumerate_rules,
}
