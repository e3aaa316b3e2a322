"""Keeps the locks of messages alive while a function works on them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusReceiver

Result = TypeVar("Result")

_SHORTEST, _LONGEST = 1.0, 20.0


async def with_renewed_locks(
    work: Awaitable[Result],
    receiver: ServiceBusReceiver,
    messages: Sequence[ServiceBusReceivedMessage],
    limit: timedelta,
    log: Callable[[str], None],
) -> Result:
    """Waits for `work` and renews the locks meanwhile, for `limit` at most; what can't be renewed is logged once.

    The SDK's own renewer is not used: closing it takes up to a second, and every message would wait for that.
    """
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    end = loop.time() + limit.total_seconds()
    try:
        while not task.done() and (left := end - loop.time()) > 0:
            await asyncio.wait({task}, timeout=min(_until_renewal(messages), left))
            if task.done() or loop.time() >= end or not await _renewed(receiver, messages, log):
                break
        return await task
    finally:
        task.cancel()  # if this wait was given up


async def _renewed(
    receiver: ServiceBusReceiver, messages: Sequence[ServiceBusReceivedMessage], log: Callable[[str], None]
) -> bool:
    for message in messages:
        try:
            await receiver.renew_message_lock(message)
        except Exception as error:  # the call goes on without the lock: the message may come again
            log(f"The lock of message {message.message_id} could not be renewed: {str(error) or type(error).__name__}")
            return False
    return True


def _until_renewal(messages: Sequence[ServiceBusReceivedMessage]) -> float:
    """Seconds: half of what is left, within bounds for a clock that differs from the broker's."""
    ends = [message.locked_until_utc for message in messages if message.locked_until_utc is not None]
    if not ends:
        return _LONGEST
    return min(max(_SHORTEST, (min(ends) - datetime.now(UTC)).total_seconds() / 2), _LONGEST)
