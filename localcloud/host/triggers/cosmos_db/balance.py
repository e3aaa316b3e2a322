"""Which leases a host should take, so that several hosts share them evenly. The rules of the change feed processor."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from localcloud.host.triggers.cosmos_db.lease import Lease


def leases_to_take(leases: Sequence[Lease], owner: str, now: datetime, expiration: timedelta) -> list[Lease]:
    """Free and expired leases up to an even share; if there are none, one of the host that has most above its share."""
    counts = Counter({owner: 0})
    free: list[Lease] = []
    for lease in leases:
        if lease.owner != owner and lease.expired(now, expiration):
            free.append(lease)
        elif lease.owner is not None:
            counts[lease.owner] += 1
    share = math.ceil(len(leases) / len(counts))
    wanted = share - counts[owner]
    if wanted <= 0:
        return []
    if free:
        return free[:wanted]
    richest, most = counts.most_common(1)[0]
    if most <= share - (1 if wanted > 1 else 0):
        return []
    return [next(lease for lease in leases if lease.owner == richest)]
