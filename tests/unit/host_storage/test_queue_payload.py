import base64
from datetime import UTC, datetime

import pytest
from azure.storage.queue import QueueMessage

from localcloud.host.model import Datum
from localcloud.host.triggers.storage.queue_payload import body_of, payload


def message() -> QueueMessage:
    found = QueueMessage()
    found.id, found.pop_receipt, found.dequeue_count = "own-id", "receipt", 1
    found.inserted_on = datetime(2026, 11, 24, 3, 20, 3, tzinfo=UTC)
    found.expires_on = datetime(2026, 12, 1, 3, 20, 3, tzinfo=UTC)
    found.next_visible_on = datetime(2026, 11, 24, 3, 30, 3, tzinfo=UTC)
    return found


def test_an_object_is_indented_and_its_properties_come_over_the_metadata_as_recorded() -> None:
    body = '{"id":"i1","n":{"x":1},"l":[1],"ok":true,"no":null,"num":1.5,"ä":"ö"}'.encode()
    datum, metadata = payload(message(), body, binary=False)
    assert datum == metadata["QueueTrigger"]
    assert datum.value.startswith('{\n  "id": "i1",\n  "n": {\n    "x": 1\n  },\n  "l": [\n    1\n  ],')
    assert metadata == {
        "Id": Datum("string", "i1"),
        "PopReceipt": Datum("string", "receipt"),
        "QueueTrigger": datum,
        "DequeueCount": Datum("json", "1"),
        "InsertionTime": Datum("json", '"2026-11-24T03:20:03+00:00"'),
        "ExpirationTime": Datum("json", '"2026-12-01T03:20:03+00:00"'),
        "NextVisibleTime": Datum("json", '"2026-11-24T03:30:03+00:00"'),
        "n": Datum("json", '{"x":1}'),
        "ok": Datum("string", "True"),
        "num": Datum("string", "1.5"),
        "ä": Datum("string", "ö"),
    }


@pytest.mark.parametrize("text", ["plain", '"jsonstr"', "[1,2]", "5", ""])
def test_anything_else_stays_as_it_is(text: str) -> None:
    datum, metadata = payload(message(), text.encode(), binary=False)
    assert datum == metadata["QueueTrigger"] == Datum("string", text)
    assert metadata["Id"] == Datum("string", "own-id")


def test_bytes_are_kept_for_binary_bindings_and_replaced_for_others() -> None:
    assert payload(message(), b"\x00\xff", binary=True)[0] == Datum("bytes", b"\x00\xff")
    assert payload(message(), b"\x00\xff", binary=False)[0] == Datum("string", "\x00\ufffd")


def test_what_is_not_base64_is_refused() -> None:
    assert body_of(base64.b64encode(b"\xff").decode(), base64_text=True) == b"\xff"
    assert body_of("plain", base64_text=False) == b"plain"
    with pytest.raises(ValueError, match="not base64"):
        body_of("plain text", base64_text=True)
