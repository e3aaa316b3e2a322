"""JSON bodies are read strictly, and each refusal names its cause."""

import json
import time
from decimal import Decimal

import pytest

from api.web.json_body import MAX_BODY_BYTES, MAX_DEPTH, check_media_type, check_size, parse_json
from shared.errors import BadRequestError, PayloadTooLargeError, UnsupportedMediaTypeError


def test_numbers_that_arent_whole_become_decimals() -> None:
    assert parse_json(b'{"a": 19.99, "b": 3, "c": 1e400}') == {"a": Decimal("19.99"), "b": 3, "c": Decimal("1e400")}


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"", "The body is empty"),
        (b"{", "isn't JSON: .* at line 1, column 2"),
        (b"{'a': 1}", "isn't JSON"),
        (b'{"a": 1,}', "isn't JSON"),
        (b'\xff{"a": 1}', "isn't UTF-8: byte 0"),
        ('{"a": "ü"}'.encode("utf-16"), "isn't UTF-8"),
        ('{"a": "ü"}'.encode("latin-1"), "isn't UTF-8: byte 7"),
        (b'\xef\xbb\xbf{"a": 1}', "isn't JSON"),
        (b'{"a": NaN}', "NaN isn't a JSON number"),
        (b'{"a": -Infinity}', "-Infinity isn't a JSON number"),
        (b'{"a": "\\ud800"}', "half of a surrogate pair"),
        (b'{"\\udc00": 1}', "half of a surrogate pair"),
        (b'{"a": 1, "a": 2}', "the name 'a' occurs twice"),
        (b'{"a": 1e99999999999999999999}', "out of range"),
        (b'{"a": ' + b"9" * 5000 + b"}", "isn't acceptable JSON"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "nested too deeply"),
        (b"[" * 500_000, "nested too deeply"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested too deeply"),
    ],
)
def test_what_could_be_misunderstood_is_refused(body: bytes, cause: str) -> None:
    with pytest.raises(BadRequestError, match=cause):
        parse_json(body)


def test_a_whole_surrogate_pair_and_the_deepest_nesting_are_fine() -> None:
    assert parse_json(b'"\\ud83d\\ude00"') == "\U0001f600"
    assert parse_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH) is not None


def test_an_empty_chunked_body_says_why_it_is_empty() -> None:
    with pytest.raises(BadRequestError, match="send Content-Length"):
        parse_json(b"", chunked=True)


def test_a_body_of_many_repeated_names_costs_no_time() -> None:
    body = ("{" + ",".join(f'"{number}":1' for number in range(90_000)) + ',"7":2}').encode()
    started = time.process_time()
    with pytest.raises(BadRequestError, match="'7' occurs twice"):
        parse_json(body)
    assert time.process_time() - started < 2


def test_one_mebibyte_passes_and_one_byte_more_doesnt() -> None:
    check_size(b"x" * MAX_BODY_BYTES)
    with pytest.raises(PayloadTooLargeError, match="1048577 bytes; at most 1048576"):
        check_size(b"x" * (MAX_BODY_BYTES + 1))


@pytest.mark.parametrize(
    "accepted", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_json_in_utf8_is_accepted(accepted: str) -> None:
    check_media_type(accepted)


@pytest.mark.parametrize("refused", [None, "", "text/plain", "application/jsonx", "application/json; charset=latin-1"])
def test_other_media_types_are_refused(refused: str | None) -> None:
    with pytest.raises(UnsupportedMediaTypeError):
        check_media_type(refused)


def test_what_is_accepted_is_what_the_standard_reader_reads() -> None:
    text = '{"a": [1, "x", null, true, {"b": "ü"}]}'
    assert parse_json(text.encode()) == json.loads(text)
