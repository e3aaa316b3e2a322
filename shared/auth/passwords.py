"""Password hashing: bcrypt over an HMAC of the password, off the event loop.

bcrypt reads 72 bytes at most and stops at a zero byte. Each password is therefore turned into 44 characters of base64
by HMAC-SHA256 first; the fixed key only separates these values from plain SHA-256 lists of other sites.
"""

import asyncio
import base64
import hashlib
import hmac

import bcrypt

_SEPARATION = b"durable-shop password v1"


async def hash_password(password: str, cost: int) -> str:
    """The text to store; `cost` is the logarithm of the number of rounds (12: about 0.2 s)."""
    hashed = await asyncio.to_thread(bcrypt.hashpw, _prepared(password), bcrypt.gensalt(cost))
    return hashed.decode()


async def verify_password(password: str, stored: str) -> bool:
    """Whether the password is the one that was stored."""
    return await asyncio.to_thread(bcrypt.checkpw, _prepared(password), stored.encode())


class Decoy:
    """A hash that no password fits, to spend the same time on an unknown e-mail as on a known one."""

    def __init__(self, cost: int) -> None:
        self._cost = cost
        self._hash: str | None = None

    async def spend_time(self, password: str) -> None:
        """Does what verifying a wrong password does."""
        if self._hash is None:
            self._hash = await hash_password("nobody's password", self._cost)
        await verify_password(password, self._hash)


def _prepared(password: str) -> bytes:
    return base64.b64encode(hmac.digest(_SEPARATION, password.encode(), hashlib.sha256))
