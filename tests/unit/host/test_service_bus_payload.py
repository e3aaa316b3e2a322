"""What functions get of messages that other programs than the Azure SDKs may send."""

import json
from typing import Any
from uuid import UUID

import pytest
from azure.servicebus import ServiceBusReceivedMessage

from localcloud.host.model import Datum
from localcloud.host.triggers.service_bus import payload
from localcloud.servicebus.amqp.encode import encode_described as section

_PROPERTIES, _APPLICATION_PROPERTIES, _DATA, _SEQUENCE, _VALUE = 0x73, 0x74, 0x75, 0x76, 0x77


def received(body: bytes, properties: list[Any] | None = None, named: bytes = b"") -> ServiceBusReceivedMessage:
    return ServiceBusReceivedMessage.from_bytes(section(_PROPERTIES, properties or []) + named + body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (section(_DATA, b"\xff\x00"), b"\xff\x00"),
        (section(_DATA, b"a") + section(_DATA, b"b"), b"ab"),
        (section(_VALUE, "text"), b"text"),
        (section(_VALUE, None), b""),
        (section(_VALUE, 5), b"5"),
        (section(_VALUE, {"action": ["x", None]}), b'{"action": ["x", null]}'),
        (section(_SEQUENCE, ["a", 1]), b'[["a", 1]]'),
    ],
)
def test_every_form_of_an_amqp_body_has_bytes(body: bytes, expected: bytes) -> None:
    assert payload.body_bytes(received(body)) == expected


@pytest.mark.parametrize(
    ("given", "text"),
    [("m-1", "m-1"), (77, "77"), (UUID(int=5), "00000000-0000-0000-0000-000000000005"), (b"\xff1", "\ufffd1")],
)
def test_ids_that_are_not_texts_become_texts(given: Any, text: str) -> None:
    _, metadata = payload.one(received(section(_VALUE, None), [given, None, None, None, None, given]), binary=False)
    assert (metadata["MessageId"].value, metadata["CorrelationId"].value) == (text, text)


def test_bytes_inside_of_properties_become_text() -> None:
    named = section(_APPLICATION_PROPERTIES, {"parts": [b"x", 1], "n": None})
    _, metadata = payload.one(received(section(_VALUE, None), named=named), binary=False)
    assert json.loads(metadata["UserProperties"].value) == {"parts": ["x", 1], "n": None}


def test_a_body_nested_deeper_than_a_json_reader_goes_names_no_values() -> None:
    datum, metadata = payload.one(received(section(_DATA, b"[" * 100_000)), binary=False)
    assert datum.value == "[" * 100_000
    assert "MessageId" not in metadata


def test_metadata_is_written_as_the_real_host_writes_it() -> None:
    named = section(_APPLICATION_PROPERTIES, {"s": "\u00e4", "i": 7, "n": None})
    body = section(_DATA, b'{"a": 1, "b": true, "o": {"x": 1}, "l": [1], "n": null}')
    _, metadata = payload.one(received(body, named=named), binary=False)
    assert metadata["UserProperties"] == Datum("json", '{"s":"\u00e4","i":7,"n":null}')
    assert metadata["ExpiresAtUtc"] == Datum("json", '"9999-12-31T23:59:59.9999999Z"')
    assert (metadata["a"], metadata["b"]) == (Datum("string", "1"), Datum("string", "True"))
    assert metadata["o"] == Datum("json", '{"x":1}')
    assert not {"l", "n"} & metadata.keys()


def test_metadata_says_which_receiver_took_the_message() -> None:
    found = payload.receiver_of("t1/Subscriptions/s1", None)
    assert found.keys() == {"IMessageReceiver", "MessageReceiver"}
    assert json.loads(found["MessageReceiver"].value)["Path"] == "t1/Subscriptions/s1"
