"""What a crash in the middle of a registration leaves behind, and who takes it away."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from localcloud.clock import VirtualClock
from localcloud.testing.cloud import Cloud
from shared.accounts.repository import UserRepository
from shared.accounts.user import User, email_key
from shared.clients import close_clients, container
from triggers.orphaned_users import sweep


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def users(cloud: Cloud, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[UserRepository]:
    for name, value in cloud.settings.items():
        monkeypatch.setenv(name, value)
    yield UserRepository(container("users"), clock.now)
    await close_clients()


def _user(name: str, clock: VirtualClock) -> User:
    now, email = clock.now(), f"{name}@example.com"
    return User(id=name, email=email, name=name, password_hash="x", created_at=now, updated_at=now)


async def test_users_whose_registration_was_cut_short_are_removed_after_an_hour(
    users: UserRepository, clock: VirtualClock
) -> None:
    await users.create(_user("whole", clock))
    for name in ("free", "taken"):
        await users.create(_user(name, clock))
    await container("users").delete_item(email_key("free@example.com"), partition_key=email_key("free@example.com"))
    guard = await container("users").read_item(email_key("taken@example.com"), email_key("taken@example.com"))
    await container("users").replace_item(guard["id"], {**guard, "userId": "whole"})

    assert await sweep(users, clock.now() + timedelta(minutes=59)) == 0
    assert await sweep(users, clock.now() + timedelta(hours=2)) == 2

    assert [await users.find(name) is not None for name in ("whole", "free", "taken")] == [True, False, False]
    assert await sweep(users, clock.now() + timedelta(hours=3)) == 0
