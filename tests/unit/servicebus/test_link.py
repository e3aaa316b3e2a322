from types import SimpleNamespace
from typing import Any

from localcloud.servicebus.amqp.endpoint import Endpoint
from localcloud.servicebus.amqp.link import RECEIVING_CREDIT, Link
from localcloud.servicebus.amqp.performatives import Attach, Flow


def test_credit_counts_on_from_the_senders_initial_delivery_count() -> None:
    sent: list[Any] = []
    connection = SimpleNamespace(peer_has_credit_of_its_own=False)
    session: Any = SimpleNamespace(connection=connection, send=sent.append, flow=Flow)
    Link(session, Attach(name="sender", handle=0, role=False, initial_delivery_count=5000)).accept(Endpoint())
    assert (sent[-1].delivery_count, sent[-1].link_credit) == (5000, RECEIVING_CREDIT)
