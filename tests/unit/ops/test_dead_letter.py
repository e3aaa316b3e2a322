"""Dead letters that other programs have sent: what an operator sees of them, and what is sent again."""

import json
import sys
from io import BytesIO, TextIOWrapper
from typing import Any

import pytest
from azure.servicebus import ServiceBusReceivedMessage

from localcloud.servicebus.amqp.encode import encode_described
from ops.dead_letters.letter import DeadLetter, UnreplayableError
from ops.outcome import Outcome, one_line
from shared.messaging.consuming import Incoming
from shared.messaging.entities import SOURCES

_NOTHING: dict[str, Any] = {"errors": [], "history": []}
_PROPERTIES, _APPLICATION_PROPERTIES, _DATA, _VALUE = 0x73, 0x74, 0x75, 0x77


def letter(code: int, body: Any, *, message_id: Any = None, named: dict[str, Any] | None = None) -> DeadLetter:
    raw = encode_described(_PROPERTIES, [message_id])
    for kind, value in ((_APPLICATION_PROPERTIES, named or {}), (code, body)):
        raw += encode_described(kind, value)
    return DeadLetter(SOURCES[0], ServiceBusReceivedMessage.from_bytes(raw))


@pytest.mark.parametrize("body", [b"bad", b"\xff\x00", b""])
def test_errors_of_a_message_without_an_id_are_found_by_what_is_in_it(body: bytes) -> None:
    as_text = body.decode("utf-8", "replace").encode()  # what the host hands over
    at_the_desk = letter(_DATA, body).known_as
    assert at_the_desk == Incoming("orders", as_text).known_as
    assert at_the_desk != Incoming("orders", as_text + b"x").known_as
    assert letter(_DATA, body, message_id=77).known_as == "77"


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a": NaN}', b"\xff\x00"])
def test_a_payload_that_is_not_json_is_shown_as_text(body: bytes) -> None:
    assert letter(_DATA, body).details(_NOTHING)["payload"] == body.decode(errors="backslashreplace")


def test_properties_and_values_of_any_type_are_shown_and_bytes_are_not_sent_as_something_else() -> None:
    odd = letter(_VALUE, {"a": b"\xff"}, message_id=b"\xfe1", named={"raw": b"\xff", "n": 1})
    details = odd.details(_NOTHING)
    assert json.loads(json.dumps(details)) == details
    assert (details["messageId"], details["payload"]) == ("\ufffd1", {"a": "\ufffd"})
    assert details["properties"] == {"raw": "\ufffd", "n": 1}
    with pytest.raises(UnreplayableError, match="property raw"):
        odd.again()


def test_half_a_surrogate_pair_and_a_narrow_terminal_do_not_stop_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    for encoding, text in (("utf-8", "ü \\ud800"), ("ascii", "\\xfc \\ud800")):
        written = TextIOWrapper(BytesIO(), encoding=encoding, write_through=True)
        monkeypatch.setattr(sys, "stdout", written)
        Outcome(["ü \ud800"]).show(as_json=False)
        assert written.buffer.getvalue().decode(encoding) == f"{text}\n"


def test_texts_of_others_do_not_move_the_cursor() -> None:
    assert one_line("evil\x1b[31m\nid ü") == "evil\\x1b[31m\\nid ü"
