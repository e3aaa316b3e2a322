"""Looking into the dead-letter queues and emptying them, message by message, with an audit trail."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from azure.servicebus import ServiceBusReceivedMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver, ServiceBusSender
from azure.servicebus.exceptions import MessageLockLostError

from ops.dead_letters.amqp_values import shown
from ops.dead_letters.letter import DeadLetter, UnreplayableError
from shared.messaging.entities import Source
from shared.messaging.records import MessageRecords

_PAGE = 100
_WAIT_SECONDS = 5.0
_READS = 20
"""Records that are read at once."""


@dataclass(frozen=True)
class Instruction:
    """What to do with messages; who wants it, and why, is written into the audit trail."""

    action: Literal["replay", "discard"]
    operator: str
    note: str = ""


@dataclass
class Acted:
    """What became of the messages that an instruction was for."""

    done: list[DeadLetter] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    """Sequence numbers of those that somebody else holds at the moment."""
    gone: list[int] = field(default_factory=list)
    """Sequence numbers of those that somebody else has replayed or discarded meanwhile."""
    impossible: list[str] = field(default_factory=list)
    """Why the ones that can't be replayed can't."""

    def __add__(self, other: Self) -> Self:
        """Both together."""
        return type(self)(
            self.done + other.done, self.held + other.held, self.gone + other.gone, self.impossible + other.impossible
        )


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

    async def records_of(self, letters: Sequence[DeadLetter]) -> list[dict[str, Any]]:
        """The record of each: errors of its tries, and what operators did with it."""
        few_at_once = asyncio.Semaphore(_READS)

        async def read(letter: DeadLetter) -> dict[str, Any]:
            async with few_at_once:
                return await self.records.of(letter.source.name, letter.known_as)

        return list(await asyncio.gather(*map(read, letters)))

    async def act(self, wanted: Instruction, source: Source, numbers: Collection[int]) -> Acted:
        """Replays or discards the messages with these sequence numbers.

        A replay is sent first and removed then: a crash in between leads to a second replay under the same message id,
        which duplicate detection or the consumer drops. Messages that others hold at the moment are left alone.
        """
        waiting, acted = set(numbers), Acted()
        others: list[ServiceBusReceivedMessage] = []
        async with self._receiver(source) as receiver, self._sender(source) as sender:
            try:
                while waiting and (received := await receiver.receive_messages(_PAGE, max_wait_time=_WAIT_SECONDS)):
                    for message in received:
                        letter = DeadLetter(source, message)
                        if letter.sequence_number not in waiting:
                            others.append(message)
                            continue
                        waiting.discard(letter.sequence_number)
                        if not await self._one(wanted, letter, receiver, sender, acted):
                            others.append(message)
            finally:
                await _give_back(receiver, others)
        if waiting:
            held = {letter.sequence_number for letter in await self.letters((source,))}
            acted += Acted(held=sorted(waiting & held), gone=sorted(waiting - held))
        return acted

    async def _one(
        self,
        wanted: Instruction,
        letter: DeadLetter,
        receiver: ServiceBusReceiver,
        sender: ServiceBusSender,
        acted: Acted,
    ) -> bool:
        """False when the message stays where it is."""
        source, known_as, operator = letter.source.name, letter.known_as, wanted.operator
        details = {"sequenceNumber": letter.sequence_number, "messageId": shown(letter.message.message_id)}
        if wanted.note:
            details["note"] = wanted.note
        try:
            if wanted.action == "replay":
                again = letter.again()
                details["newMessageId"] = letter.next_id
                await self.records.acted(source, known_as, "replaying", operator, **details)
                await sender.send_messages(again)
            await receiver.complete_message(letter.message)
        except UnreplayableError as error:
            acted.impossible.append(str(error))
            return False
        except MessageLockLostError:
            acted.held.append(letter.sequence_number)
            return False
        done = "replayed" if wanted.action == "replay" else "discarded"
        await self.records.acted(source, known_as, done, operator, **details)
        acted.done.append(letter)
        return True

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
