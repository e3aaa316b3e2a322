"""Request and response over a pair of links, as `$cbs` and `$management` use it."""

from abc import ABC, abstractmethod
from typing import Any

from localcloud.servicebus.amqp import sections
from localcloud.servicebus.amqp.encode import encode_described
from localcloud.servicebus.amqp.endpoint import Delivery, Endpoint
from localcloud.servicebus.amqp.errors import DECODE_ERROR, AmqpError
from localcloud.servicebus.amqp.link import Link
from localcloud.servicebus.amqp.outcomes import ACCEPTED, rejected
from localcloud.servicebus.amqp.session import Session
from localcloud.servicebus.amqp.types import DecodeError

AMQP_VALUE = 0x77


class Replies:
    """Where the answers of one connection go: by session and reply address, since ids recur on every link."""

    def __init__(self) -> None:
        self._links: dict[tuple[Session, str], Link] = {}

    def add(self, address: str, link: Link) -> None:
        """The client receives on `link` what is addressed to `address`."""
        self._links[link.session, address] = link

    def remove(self, link: Link) -> None:
        """The link is gone."""
        self._links = {key: found for key, found in self._links.items() if found is not link}

    def find(self, session: Session, address: str) -> Link | None:
        """The link for a reply address."""
        return self._links.get((session, address))


class RepliesEndpoint(Endpoint):
    """The link on which the client receives the answers."""

    def __init__(self, replies: Replies, link: Link) -> None:
        self._replies, self._link = replies, link

    def on_detached(self) -> None:
        """The client has gone."""
        self._replies.remove(self._link)


class Request:
    """A request. `body` is the value of its amqp-value section."""

    def __init__(self, delivery: Delivery, replies: Replies, default_reply_to: str) -> None:
        parts = sections.parse(delivery.payload, want_body=True)
        fields = parts.properties + [None] * 5
        self._message_id, reply_to = fields[0], fields[4]
        self._session = delivery.link.session
        self._replies = replies
        self._reply_to = reply_to if isinstance(reply_to, str) else default_reply_to
        self.properties = {str(key): value for key, value in parts.application_properties.items()}
        self.body = parts.body

    def answer(self, properties: dict[str, Any], body: Any) -> None:
        """Sends the answer, if the client still listens."""
        link = self._replies.find(self._session, self._reply_to)
        if link is None or not link.is_attached:
            return
        fields = [None, None, None, None, None, self._message_id]
        link.send_message(
            b"",
            encode_described(sections.PROPERTIES, fields)
            + encode_described(sections.APPLICATION_PROPERTIES, properties)
            + encode_described(AMQP_VALUE, body),
            settled=True,
        )


class RequestsEndpoint(Endpoint, ABC):
    """The link on which the client sends requests."""

    def __init__(self, replies: Replies, default_reply_to: str) -> None:
        self._replies, self._default = replies, default_reply_to

    def on_transfer(self, delivery: Delivery) -> None:
        """Takes a request in."""
        try:
            request = Request(delivery, self._replies, self._default)
        except DecodeError as error:
            delivery.settle(rejected(AmqpError(DECODE_ERROR, f"The request can't be decoded: {error}")))
            return
        delivery.settle(ACCEPTED)
        self.on_request(request)

    @abstractmethod
    def on_request(self, request: Request) -> None:
        """Answers the request."""
