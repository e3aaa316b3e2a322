from localcloud.servicebus.amqp import sections
from localcloud.servicebus.amqp.types import Timestamp
from localcloud.servicebus.broker.message import LATEST_MS, SCHEDULED_FOR, Content


def test_a_time_beyond_the_calendar_counts_as_its_end() -> None:
    payload = sections.encode_annotations({SCHEDULED_FOR: Timestamp(2**62)})
    assert Content.parsed(payload).scheduled_for == LATEST_MS
