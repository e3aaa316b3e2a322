"""LIKE, against the definition of its wildcards written as a recursion."""

from hypothesis import given
from hypothesis import strategies as st

from localcloud.like_pattern import compile_like


def _matches(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(_matches(pattern[1:], text[start:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in ("_", text[0]) and _matches(pattern[1:], text[1:])


@given(st.text("ab%_", max_size=7), st.text("ab\n", max_size=8))
def test_it_matches_what_the_wildcards_say(pattern: str, text: str) -> None:
    parts = [{"%": None, "_": "."}.get(sign, sign) for sign in pattern]
    assert (compile_like(parts).fullmatch(text) is not None) == _matches(pattern, text)


def test_many_wildcards_take_no_exponential_time() -> None:
    parts = [*([None, "a"] * 30), None, "b"]
    assert compile_like(parts).fullmatch("a" * 1000) is None
