from datetime import UTC, datetime, timedelta

from localcloud.host.triggers.cosmos_db.balance import leases_to_take
from localcloud.host.triggers.cosmos_db.lease import Lease, timestamp

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EXPIRATION = timedelta(seconds=60)


def _leases(*owners: str | None, age: int = 0) -> list[Lease]:
    stamp = timestamp(NOW - timedelta(seconds=age))
    return [Lease({"id": f"p..{n}", "Owner": owner, "timestamp": stamp}) for n, owner in enumerate(owners)]


def _taken(leases: list[Lease], owner: str = "me") -> list[str]:
    return [lease.id for lease in leases_to_take(leases, owner, NOW, EXPIRATION)]


def test_alone_it_takes_everything_that_is_free() -> None:
    assert _taken(_leases(None, None, "me")) == ["p..0", "p..1"]


def test_it_takes_no_more_than_its_share() -> None:
    assert _taken(_leases(None, None, None, "other")) == ["p..0", "p..1"]
    assert _taken(_leases("me", "me", None, "other")) == []


def test_what_was_not_renewed_is_free() -> None:
    assert _taken(_leases("dead", age=59)) == []
    assert _taken(_leases("dead", age=60)) == ["p..0"]


def test_it_takes_one_at_a_time_from_the_one_who_has_most() -> None:
    assert _taken(_leases("a", "b", "b", "b")) == ["p..1"]
    assert _taken(_leases("a", "a", "a", "me")) == ["p..0"]


def test_an_even_share_stays() -> None:
    assert _taken(_leases("other")) == []
    assert _taken(_leases("me", "other", "other")) == []
    assert _taken(_leases("me", "me", "other", "other")) == []


def test_the_timestamps_of_net_are_understood() -> None:
    lease = Lease({"id": "p..0", "Owner": "other", "timestamp": "2025-12-31T23:59:30.3419875Z"})
    assert _taken([lease]) == []
    assert leases_to_take([lease], "me", NOW + timedelta(seconds=31), EXPIRATION) == [lease]
