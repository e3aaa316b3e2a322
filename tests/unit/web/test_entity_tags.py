"""Entity tags: If-Match looks at the revision, If-None-Match at all of it."""

import pytest

from api.web.entity_tags import entity_tag, is_unchanged, revisions

TAG = entity_tag(3, {"name": "cup", "inventory": 5})


def test_the_tag_is_revision_and_hash_and_changes_with_either() -> None:
    assert TAG.startswith('"3.')
    assert TAG.endswith('"')
    assert entity_tag(3, {"inventory": 5, "name": "cup"}) == TAG
    assert entity_tag(3, {"name": "cup", "inventory": 4}) != TAG
    assert entity_tag(4, {"name": "cup", "inventory": 5}) != TAG


@pytest.mark.parametrize("header", [TAG, f"W/{TAG}", f'"other", {TAG}', "*"])
def test_if_none_match_finds_the_tag(header: str) -> None:
    assert is_unchanged(header, TAG)


@pytest.mark.parametrize("header", [None, "", '"3.0"', TAG.strip('"'), TAG.upper().replace('"3', '"4')])
def test_if_none_match_doesnt_find_another(header: str | None) -> None:
    assert not is_unchanged(header, TAG)


@pytest.mark.parametrize(
    ("header", "allowed"),
    [
        (None, None),
        ("*", None),
        (TAG, {3}),
        ('"2.ab", "3.cd"', {2, 3}),
        (f"W/{TAG}", set()),
        ('"nonsense"', set()),
        ("", set()),
    ],
)
def test_if_match_allows_the_revisions_of_strong_tags(header: str | None, allowed: set[int] | None) -> None:
    assert revisions(header) == allowed
