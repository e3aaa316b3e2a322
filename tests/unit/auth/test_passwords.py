"""Passwords: every character counts, however long."""

import bcrypt
import pytest

from shared.auth.passwords import Decoy, hash_password, verify_password

COST = 4


async def test_the_right_password_fits_and_the_hash_tells_its_cost() -> None:
    stored = await hash_password("correct horse", COST)
    assert stored.startswith("$2b$04$")
    assert await verify_password("correct horse", stored)


@pytest.mark.parametrize(
    ("password", "other"),
    [
        ("x" * 100, "x" * 101),
        ("a\x00b" + "c" * 8, "a\x00d" + "c" * 8),
        ("pässwörter", "passworter"),
        ("blank at the end ", "blank at the end"),
    ],
)
async def test_a_password_that_differs_anywhere_doesnt_fit(password: str, other: str) -> None:
    stored = await hash_password(password, COST)
    assert await verify_password(password, stored)
    assert not await verify_password(other, stored)


async def test_the_same_password_is_stored_differently_each_time() -> None:
    assert await hash_password("correct horse", COST) != await hash_password("correct horse", COST)


async def test_the_decoy_does_the_work_of_a_check(monkeypatch: pytest.MonkeyPatch) -> None:
    checked, check = list[tuple[bytes, bytes]](), bcrypt.checkpw

    def recorded(password: bytes, hashed: bytes) -> bool:
        checked.append((password, hashed))
        return check(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", recorded)
    decoy, stored = Decoy(COST), await hash_password("right", COST)
    await decoy.spend_time("wrong")
    assert not await verify_password("wrong", stored)
    (spent, against), (needed, real) = checked
    assert spent == needed
    assert against[: len("$2b$04$")] == real[: len("$2b$04$")]
