"""What happens to received messages: the function is called, then they are completed or abandoned."""

import asyncio
from collections.abc import Sequence

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusReceiver

from localcloud.host.extension import HostServices
from localcloud.host.model import Datum, FunctionMetadata, Invocation
from localcloud.host.triggers.service_bus import payload
from localcloud.host.triggers.service_bus.lock_renewal import with_renewed_locks
from localcloud.host.triggers.service_bus.options import ServiceBusOptions
from localcloud.host.triggers.service_bus.source import Source


class MessageWork:
    """Calls one function with messages. The host never dead-letters: that is the broker's, by the delivery count."""

    def __init__(
        self, function: FunctionMetadata, source: Source, services: HostServices, options: ServiceBusOptions
    ) -> None:
        self._function, self._source = function, source
        self._services, self._options = services, options
        self._completes = options.auto_complete if source.auto_complete is None else source.auto_complete

    async def one(self, receiver: ServiceBusReceiver, message: ServiceBusReceivedMessage) -> None:
        """Calls the function with one message and settles it."""
        try:
            datum, metadata = payload.one(message, binary=self._source.binary)
        except Exception as error:  # a message can be anything; it must not stay with the host, nor stop it
            await self._refuse(receiver, [message], f"{type(error).__name__}: {error}")
            return
        details = (
            f"MessageId: {message.message_id}, SequenceNumber: {message.sequence_number}, "
            f"DeliveryCount: {metadata['DeliveryCount'].value}, EnqueuedTimeUtc: {message.enqueued_time_utc}, "
            f"LockedUntilUtc: {message.locked_until_utc}, SessionId: {message.session_id or '(null)'}"
        )
        await self._call(receiver, [message], datum, metadata, details)

    async def many(self, receiver: ServiceBusReceiver, messages: Sequence[ServiceBusReceivedMessage]) -> None:
        """Calls the function with a batch and settles all of it alike."""
        try:
            datum, metadata = payload.many(messages, binary=self._source.binary)
        except Exception as error:  # as above
            cause = f"every body must be JSON unless dataType is binary. {error}"
            await self._refuse(receiver, messages, cause)
            return
        await self._call(receiver, messages, datum, metadata, f"Count: {len(messages)}")

    async def _refuse(
        self, receiver: ServiceBusReceiver, messages: Sequence[ServiceBusReceivedMessage], cause: str
    ) -> None:
        """Gives back messages that the function can't be called with."""
        self._services.log(
            f"Executed 'Functions.{self._function.name}' (Failed)\nException binding parameter "
            f"'{self._function.trigger['name']}': {cause}"
        )
        await self._settle(receiver, messages, done=False)

    async def _call(
        self,
        receiver: ServiceBusReceiver,
        messages: Sequence[ServiceBusReceivedMessage],
        datum: Datum,
        metadata: dict[str, Datum],
        details: str,
    ) -> None:
        metadata = metadata | payload.receiver_of(self._source.path, receiver.session)
        invocation = Invocation(
            self._function.name, {self._function.trigger["name"]: datum}, metadata, reason="(null)", details=details
        )
        work = self._services.invoker.invoke(invocation)
        if self._source.sessions:  # a session's lock is renewed with the session
            result = await work
        else:
            limit, log = self._options.lock_renewal, self._services.log
            result = await with_renewed_locks(work, receiver, messages, limit, log)
        if result.failure is not None or self._completes:
            await self._settle(receiver, messages, done=result.failure is None)

    async def _settle(
        self, receiver: ServiceBusReceiver, messages: Sequence[ServiceBusReceivedMessage], *, done: bool
    ) -> None:
        settle = receiver.complete_message if done else receiver.abandon_message
        outcomes = await asyncio.gather(*(settle(message) for message in messages), return_exceptions=True)
        for message, outcome in zip(messages, outcomes, strict=True):
            if isinstance(outcome, Exception):
                cause = str(outcome) or type(outcome).__name__
                self._services.log(
                    f"Message {message.message_id} (sequence number {message.sequence_number}) of {self._source.path} "
                    f"could not be {'completed' if done else 'abandoned'}: {cause}. It will be delivered again."
                )
            elif isinstance(outcome, BaseException):
                raise outcome
