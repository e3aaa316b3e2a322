"""Looking into the dead-letter queues and emptying them, message by message, with an audit trail."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from azure.servicebus import ServiceBusReceivedMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver, ServiceBusSender
from azure.servicebus.exceptions import MessageLockLostError

from ops.dead_letters.letter import DeadLetter
from shared.messaging.entities import Source
from shared.messaging.records import MessageRecords

_PAGE = 100
_WAIT_SECONDS = 5.0


@dataclass(frozen=True)
class Instruction:
    """What to do with messages; who wants it, and why, is written into the audit trail."""

    action: Literal["replay", "discard"]
    operator: str
    note: str = ""


class DeadLetterDesk:
    """What an operator can do."""

    def __init__(self, bus: ServiceBusClient, records: MessageRecords) -> None:
        self._bus = bus
        self.records = records

    async def letters(self, sources: Sequence[Source]) -> list[DeadLetter]:
        """Every dead message, oldest first in each source; nothing is locked or changed."""
        found = await asyncio.gather(*(self._peek(source) for source in sources))
        return [letter for letters in found for letter in letters]

    async def _peek(self, source: Source) -> list[DeadLetter]:
        letters: list[DeadLetter] = []
        async with self._receiver(source) as receiver:
            while found := await receiver.peek_messages(
                _PAGE, sequence_number=letters[-1].sequence_number + 1 if letters else 1
            ):
                letters += [DeadLetter(source, message) for message in found]
        return letters

    async def act(self, wanted: Instruction, source: Source, numbers: Collection[int]) -> list[DeadLetter]:
        """Replays or discards the messages with these sequence numbers; returns those it was done with.

        A replay is sent first and removed then: a crash in between leads to a second replay under the same message id,
        which duplicate detection or the consumer drops. Messages that others hold at the moment are left alone.
        """
        waiting, done = set(numbers), []
        others: list[ServiceBusReceivedMessage] = []
        async with self._receiver(source) as receiver, self._sender(source) as sender:
            try:
                while waiting:
                    received = await receiver.receive_messages(_PAGE, max_wait_time=_WAIT_SECONDS)
                    if not received:
                        break
                    for message in received:
                        letter = DeadLetter(source, message)
                        if letter.sequence_number not in waiting:
                            others.append(message)
                            continue
                        await self._one(wanted, letter, receiver, sender)
                        waiting.discard(letter.sequence_number)
                        done.append(letter)
            finally:
                await _give_back(receiver, others)
        return done

    async def _one(
        self, wanted: Instruction, letter: DeadLetter, receiver: ServiceBusReceiver, sender: ServiceBusSender
    ) -> None:
        source, known_as, operator = letter.source.name, letter.known_as, wanted.operator
        details = {"sequenceNumber": letter.sequence_number, "messageId": letter.message.message_id}
        if wanted.note:
            details["note"] = wanted.note
        if wanted.action == "replay":
            again = letter.again()
            details["newMessageId"] = again.message_id
            await self.records.acted(source, known_as, "replaying", operator, **details)
            await sender.send_messages(again)
        await receiver.complete_message(letter.message)
        done = "replayed" if wanted.action == "replay" else "discarded"
        await self.records.acted(source, known_as, done, operator, **details)

    def _receiver(self, source: Source) -> ServiceBusReceiver:
        dead = ServiceBusSubQueue.DEAD_LETTER
        if source.subscription is None:
            return self._bus.get_queue_receiver(source.target, sub_queue=dead)
        return self._bus.get_subscription_receiver(source.target, source.subscription, sub_queue=dead)

    def _sender(self, source: Source) -> ServiceBusSender:
        if source.subscription is None:
            return self._bus.get_queue_sender(source.target)
        return self._bus.get_topic_sender(source.target)


async def _give_back(receiver: ServiceBusReceiver, messages: list[ServiceBusReceivedMessage]) -> None:
    for message in messages:
        try:
            await receiver.abandon_message(message)
        except MessageLockLostError:
            continue  # it is back already
