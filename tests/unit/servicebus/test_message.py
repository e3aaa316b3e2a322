import struct

import pytest

from localcloud.servicebus.amqp import sections
from localcloud.servicebus.amqp.decode import decode
from localcloud.servicebus.amqp.types import DecodeError, Timestamp
from localcloud.servicebus.broker.message import LATEST_MS, SCHEDULED_FOR, Content


def test_a_time_beyond_the_calendar_counts_as_its_end() -> None:
    payload = sections.encode_annotations({SCHEDULED_FOR: Timestamp(2**62)})
    assert Content.parsed(payload).scheduled_for == LATEST_MS


def test_an_array_of_items_without_bytes_is_bounded() -> None:
    with pytest.raises(DecodeError, match="holds more than its bytes"):
        decode(b"\xf0" + struct.pack(">II", 5, 60_000) + b"\x40")
