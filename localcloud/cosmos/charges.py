"""Request charges: good enough to compare operations, not what Azure would bill.

Reads cost 1 RU per started KB, creates and deletes about 5.7, replaces and patches 10.3, queries 2.3 and 0.05 an item.
"""

_WRITES = {"create": 5.71, "upsert": 5.71, "delete": 5.71, "replace": 10.29, "patch": 10.29}


def item_charge(operation: str, size: int) -> float:
    """RUs of one operation on an item of `size` bytes."""
    kilobytes = max(1, -(-size // 1024))
    return round(_WRITES[operation] * (1 + (kilobytes - 1) / 4) if operation in _WRITES else float(kilobytes), 2)


def query_charge(count: int) -> float:
    """RUs of a page with `count` results."""
    return round(2.3 + 0.05 * count, 2)
