from datetime import UTC, datetime
from typing import Any

import pytest

from localcloud.host.http.cookies import set_cookie
from localcloud.host.http.response import BadResponseError, function_response
from localcloud.host.model import NULL, Datum


def response(**content: Any) -> Datum:
    return Datum("http", {"status_code": 200, "headers": {}, "cookies": [], "body": Datum("bytes", b"b"), **content})


def test_no_value_is_204() -> None:
    assert function_response(None).status == function_response(NULL).status == 204


def test_text_is_plain_utf8() -> None:
    answer = function_response(Datum("string", "ä"))
    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (
        200,
        "ä".encode(),
        "text/plain; charset=utf-8",
    )


@pytest.mark.parametrize(
    ("given", "sent"), [("201", 201), ("abc", 200), (200.5, 200), (True, 200), (None, 200), (999, 999)]
)
def test_statuses(given: object, sent: int) -> None:
    assert function_response(response(status_code=given)).status == sent


@pytest.mark.parametrize("status", [204, 205, 304])
def test_statuses_without_a_body(status: int) -> None:
    answer = function_response(response(status_code=status, headers={"ETag": '"x"'}))
    assert (answer.body, answer.headers["ETag"]) == (b"", '"x"')


@pytest.mark.parametrize(
    "content",
    [
        {"status_code": 1000},
        {"status_code": 99},
        {"status_code": -1},
        {"headers": {"X-U": "ä"}},
        {"headers": {"X-A": "1\r\nX-B: 2"}},
        {"headers": {"Bad Name": "x"}},
        {"headers": {"X:Y": "x"}},
        {"headers": {"Content-Length": "5"}},
        {"headers": {"Transfer-Encoding": "chunked"}},
    ],
)
def test_what_cant_be_sent_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises(BadResponseError):
        function_response(response(**content))


def test_a_right_content_length_passes_and_an_empty_content_type_is_dropped() -> None:
    answer = function_response(response(headers={"Content-Length": "1", "Content-Type": ""}))
    assert (answer.body, dict(answer.headers)) == (b"b", {})


@pytest.mark.parametrize(
    ("cookie", "line"),
    [
        ({"value": "1"}, "a=1; domain=; path="),
        ({"value": "x y"}, "a=x%20y; domain=; path="),
        ({"value": "x%20y"}, "a=x%2520y; domain=; path="),
        ({"value": "1", "max_age": 60.0, "domain": "example.com"}, "a=1; max-age=60; domain=example.com; path="),
        (
            {"value": "1", "path": "/", "secure": True, "same_site": "Strict", "http_only": True},
            "a=1; domain=; path=/; secure; samesite=strict; httponly",
        ),
        (
            {"value": "1", "expires": datetime(2031, 1, 1, 10, tzinfo=UTC)},
            "a=1; expires=Wed, 01 Jan 2031 10:00:00 GMT; domain=; path=",
        ),
    ],
)
def test_cookies_are_rebuilt(cookie: dict[str, Any], line: str) -> None:
    assert set_cookie({"name": "a", **cookie}) == line


def test_every_cookie_gets_its_own_header() -> None:
    answer = function_response(response(cookies=[{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]))
    assert answer.headers.getall("Set-Cookie") == ["a=1; domain=; path=", "a=2; domain=; path="]
