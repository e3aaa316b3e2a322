import json
from datetime import timedelta
from pathlib import Path

import pytest

from localcloud.host.host_json import load_host_json
from localcloud.host.model import HostError
from localcloud.host.triggers.host_json_section import Section


def write(folder: Path, content: bytes | str) -> Path:
    data = content.encode() if isinstance(content, str) else content
    (folder / "host.json").write_bytes(data)
    return folder


@pytest.mark.parametrize(
    "content",
    [
        '{"version": "2.0",}',
        '{"version": "2.0"// a comment\n}',
        '{"version": "2.0" /* two */}',
        b'\xef\xbb\xbf{"version": "2.0"}',
        "{}",
        '{"version": "2.0", "nope": [1, 2, ], "extensions": {"nope": {}}}',
    ],
)
def test_what_the_real_host_tolerates_is_tolerated(tmp_path: Path, content: bytes | str) -> None:
    config = load_host_json(write(tmp_path, content))
    assert (config.route_prefix, config.function_timeout, config.functions) == ("api", timedelta(minutes=30), None)


def test_comment_marks_and_commas_inside_texts_stay(tmp_path: Path) -> None:
    config = load_host_json(write(tmp_path, '{"a": "http://x/*y*/,]", "b": ["//", ",}"]}'))
    assert config.raw == {"a": "http://x/*y*/,]", "b": ["//", ",}"]}


def test_settings_are_taken(tmp_path: Path) -> None:
    http = {"routePrefix": "v1/{who}", "customHeaders": {"X-A": "1"}}
    content = {"version": "2.0", "functionTimeout": "00:05:00", "functions": ["A"], "extensions": {"http": http}}
    config = load_host_json(write(tmp_path, json.dumps(content)))
    assert config.route_prefix == "v1/{who}"
    assert config.custom_headers == {"X-A": "1"}
    assert config.function_timeout == timedelta(minutes=5)
    assert config.functions == frozenset({"a"})


def test_keys_of_extensions_count_in_any_case(tmp_path: Path) -> None:
    content = '{"Extensions": {"HTTP": {"RoutePrefix": "v1", "CustomHeaders": {"X-A": "1"}}}}'
    config = load_host_json(write(tmp_path, content))
    assert (config.route_prefix, config.custom_headers) == ("v1", {"X-A": "1"})


@pytest.mark.parametrize("extensions", ["[1]", "5", "null", '{"http": 1, "serviceBus": {}}'])
def test_extensions_that_are_no_objects_count_as_missing(tmp_path: Path, extensions: str) -> None:
    config = load_host_json(write(tmp_path, f'{{"extensions": {extensions}}}'))
    assert config.route_prefix == "api"
    assert Section(config.raw, "serviceBus").count("prefetchCount", 7) == 7


def test_minus_one_means_no_time_limit(tmp_path: Path) -> None:
    assert load_host_json(write(tmp_path, '{"functionTimeout": "-1"}')).function_timeout is None


def test_a_missing_file_is_written(tmp_path: Path) -> None:
    load_host_json(tmp_path)
    assert json.loads((tmp_path / "host.json").read_text()) == {
        "version": "2.0",
        "isDefaultHostConfig": True,
        "extensionBundle": {"id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "[4.*, 5.0.0)"},
    }


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("", "Error reading JObject from JsonReader. Path '', line 0, position 0."),
        ('{"version": "2.0"', "Unexpected end of content while loading JObject. Path 'version', line 1, position 17."),
        (
            '{"version": "2.0"\n}}',
            "Additional text encountered after finished reading JSON content: }. Path '', line 2, position 1.",
        ),
        ("[]", "Current JsonReader item is not an object: StartArray"),
        ('{"a": nope}', "Invalid JSON"),
        (b'{"a": "\xff"}', "Unable to parse host configuration file"),
        ('{"version": "1.0"}', "'1.0' is an invalid value for host.json 'version' property."),
        ('{"version": 2.0}', "'2' is an invalid value for host.json 'version' property."),
        ('{"functionTimeout": "nope"}', "Failed to convert configuration value 'nope'"),
        ('{"extensions": {"http": {"routePrefix": "/api"}}}', "starts or ends with '/'"),
    ],
)
def test_what_puts_the_host_in_error(tmp_path: Path, content: bytes | str, text: str) -> None:
    with pytest.raises(HostError) as error:
        load_host_json(write(tmp_path, content))
    assert text in str(error.value)


@pytest.mark.parametrize(
    "content",
    [
        '{"functionTimeout": "00:00:00"}',
        '{"functionTimeout": "-00:00:05"}',
        '{"functionTimeout": "99999999999"}',
        '{"extensions": {"http": {"customHeaders": {"X Y": "1"}}}}',
        '{"extensions": {"http": {"customHeaders": {"X": "a\\nb"}}}}',
    ],
)
def test_limits_and_headers_that_can_not_work_put_the_host_in_error(tmp_path: Path, content: str) -> None:
    with pytest.raises(HostError):
        load_host_json(write(tmp_path, content))
