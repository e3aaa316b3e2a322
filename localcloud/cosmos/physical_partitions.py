"""Physical partitions: equal shares of the hash range, so a partition is a window of effective partition keys."""

from localcloud.cosmos.errors import CosmosError
from localcloud.cosmos.resources import Container

_FIRST, _LAST = "", "FF"
_HASHES = 2**126
"""A hash has 16 bytes of which the two highest bits are cleared."""


def windows(container: Container) -> list[tuple[str, str]]:
    """Start (inclusive) and end (exclusive) of every partition; the position is its id."""
    cuts = [f"{number * _HASHES // container.ranges:032X}" for number in range(1, container.ranges)]
    return list(zip([_FIRST, *cuts], [*cuts, _LAST], strict=True))


def window(container: Container, range_id: str) -> tuple[str, str]:
    """One partition's window. Raises 410/1002 when there is no such partition: the client's picture is outdated."""
    known = windows(container)
    if not (range_id.isascii() and range_id.isdigit() and int(range_id) < len(known)):
        raise CosmosError(410, f"The requested partition key range {range_id} does not exist.", substatus=1002)
    return known[int(range_id)]


def session_token(container: Container) -> str:
    """The session token of an answer: every partition stands at the container's sequence number."""
    return ",".join(f"{number}:-1#{container.lsn}" for number in range(container.ranges))
