import pytest

from localcloud.host.http.query import query_parameters
from localcloud.host.routing.path import BadTargetError, decoded_path, split_target


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("/api/a%20b", "api/a b"),
        ("/api/a%2Fb", "api/a%2Fb"),
        ("/api/a%2fb", "api/a%2fb"),
        ("/api/a%2525", "api/a%25"),
        ("/api/%C3%A4", "api/ä"),
        ("/api/%E4", "api/%E4"),
        ("/api/%C3%E4", "api/%C3%E4"),
        ("/api/%zz", "api/%zz"),
        ("/api/a%", "api/a%"),
        ("/%61pi/x", "api/x"),
        ("/api/./x", "api/x"),
        ("/api/a/../x", "api/x"),
        ("/api/x/%2E%2E", "api/"),
        ("/../x", "x"),
        ("/api/a..b", "api/a..b"),
        ("/api/a+b", "api/a+b"),
        ("//api", "/api"),
    ],
)
def test_a_path_is_decoded_once_and_keeps_encoded_slashes(raw: str, path: str) -> None:
    assert decoded_path(raw) == path


def test_an_encoded_nul_is_refused() -> None:
    with pytest.raises(BadTargetError):
        decoded_path("/api/a%00b")


@pytest.mark.parametrize(
    ("raw", "target"),
    [
        ("/a?x=1", (None, "/a", "x=1")),
        ("/a#f?x", (None, "/a#f", "x")),
        ("http://other.example/a/b?x=1", ("other.example", "/a/b", "x=1")),
        ("http://other.example", ("other.example", "/", "")),
    ],
)
def test_targets_come_apart(raw: str, target: tuple[str | None, str, str]) -> None:
    assert split_target(raw) == target


def test_a_target_without_a_path_is_refused() -> None:
    with pytest.raises(BadTargetError):
        split_target("*")


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("", {}),
        ("a=1&a=2", {"a": "1,2"}),
        ("a=", {}),
        ("a", {}),
        ("=x", {"": "x"}),
        ("a=1&a=", {"a": "1"}),
        ("a=&a=2", {"a": "2"}),
        ("a=1&A=2", {"A": "1,2"}),
        ("a=1;b=2", {"a": "1;b=2"}),
        ("a=b+c&d%20e=%2B", {"a": "b c", "d e": "+"}),
        ("a=%E4&b=%zz", {"a": "%E4", "b": "%zz"}),
        ("a=%2C&a=x", {"a": ",,x"}),
        ("a=%00", {"a": "\0"}),
        ("?a=1", {"?a": "1"}),
        ("a==b", {"a": "=b"}),
        ("a%3Db=1", {"a=b": "1"}),
    ],
)
def test_a_query_is_read_as_by_the_real_host(query: str, parameters: dict[str, str]) -> None:
    assert query_parameters(query) == parameters
