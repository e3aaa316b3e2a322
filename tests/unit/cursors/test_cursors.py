"""A cursor comes back as it went, or is refused; nothing in between."""

import asyncio
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.auth.signing_keys import SigningKey, SigningKeys
from shared.cursors import Cursors
from shared.errors import ValidationError

LISTING = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
POSITION = st.tuples(st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])), st.text("abc09"))


class _OneKey:
    """The part of SigningKeys that cursors use, without a vault."""

    _key = SigningKey("0" * 32, b"k" * 64)

    async def current(self) -> SigningKey:
        return self._key

    async def find(self, kid: str) -> SigningKey | None:
        return self._key if kid == self._key.kid else None


CURSORS = Cursors(cast(SigningKeys, _OneKey()))


def _seal(listing: str, position: list[Any]) -> str:
    return asyncio.run(CURSORS.seal(listing, position))


def _open(listing: str, cursor: str) -> list[Any] | None:
    try:
        return asyncio.run(CURSORS.open(listing, cursor))
    except ValidationError:
        return None


@settings(max_examples=50, deadline=None)
@given(LISTING, POSITION)
def test_a_cursor_comes_back_as_it_went(listing: str, position: tuple[Any, str]) -> None:
    assert _open(listing, _seal(listing, list(position))) == list(position)


@settings(max_examples=50, deadline=None)
@given(LISTING, LISTING, POSITION)
def test_a_cursor_fits_no_other_listing(listing: str, other: str, position: tuple[Any, str]) -> None:
    opened = _open(other, _seal(listing, list(position)))
    assert opened == (list(position) if listing == other else None)


@settings(max_examples=50, deadline=None)
@given(POSITION, st.data())
def test_a_cursor_that_was_touched_is_refused(position: tuple[Any, str], data: st.DataObject) -> None:
    cursor = _seal("products", list(position))
    place = data.draw(st.integers(0, len(cursor) - 2))  # the last character's low bits carry nothing
    letter = data.draw(st.sampled_from("AZaz09-_.").filter(lambda letter: letter != cursor[place]))
    assert _open("products", cursor[:place] + letter + cursor[place + 1 :]) is None


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_nonsense_is_refused(text: str) -> None:
    assert _open("products", text) is None
