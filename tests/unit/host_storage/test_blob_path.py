import pytest

from localcloud.host.triggers.storage.blob_path import BlobPattern


@pytest.mark.parametrize(
    ("path", "blob", "parts"),
    [
        ("samples/{name}", "a/b.txt", {"name": "a/b.txt"}),
        ("samples/{name}.{ext}", "a.b.txt", {"name": "a.b", "ext": "txt"}),
        ("samples/{name}.{ext}", "noext", None),
        ("samples/{a}/{b}", "1/2", {"a": "1", "b": "2"}),
        ("samples/{a}/{b}", "1", None),
        ("samples/in-{name}", "in-x", {"name": "x"}),
        ("samples/in-{name}", "out-x", None),
        ("samples/{{20}}-{name}", "{20}-x", {"name": "x"}),
        ("samples/{some-name}_{other_d}", "a_b", {"some-name": "a", "other_d": "b"}),
        ("samples/exact.txt", "exact.txt", {}),
        ("samples/exact.txt", "exactxtxt", None),
        ("samples", "any/thing", {}),
        ("/samples/{name}", "line\nbreak", {"name": "line\nbreak"}),
    ],
)
def test_a_pattern_takes_names_apart(path: str, blob: str, parts: dict[str, str] | None) -> None:
    pattern = BlobPattern.of(path)
    assert pattern.container == "samples"
    assert pattern.match(blob) == parts


@pytest.mark.parametrize(
    ("path", "prefix"),
    [("c/in/{d}/x{n}", "in/"), ("c/{n}/in", ""), ("c/exact", "exact"), ("c", ""), ("c/{{a}}", "{a}")],
)
def test_the_prefix_is_what_every_name_begins_with(path: str, prefix: str) -> None:
    assert BlobPattern.of(path).prefix == prefix


@pytest.mark.parametrize("path", ["", "/", "{c}/x", "c/{name", "c/name}", "c/{a}{a}", "c/{a b}"])
def test_bad_paths_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="Invalid blob trigger path"):
        BlobPattern.of(path)
