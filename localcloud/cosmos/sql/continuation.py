"""Continuation tokens: the place of the last result, so that writes between two pages shift no rows."""

import base64
import binascii
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from localcloud.cosmos.sql.errors import SqlBadRequestError
from localcloud.cosmos.sql.pipeline import Row
from localcloud.cosmos.sql.values import Value, compare


@dataclass(frozen=True, slots=True)
class Continuation:
    """Where a page ended: the last result's ORDER BY values, document and number in it; results returned so far."""

    order: tuple[Value, ...]
    position: int
    ordinal: int
    emitted: int

    def is_before(self, row: Row, descending: Sequence[bool]) -> bool:
        """Whether the row comes after this place in the query's order."""
        for mine, its, falls in zip(self.order, row.order, descending, strict=True):
            if order := compare(mine, its):
                return order > 0 if falls else order < 0
        return (self.position, self.ordinal) < (row.position, row.ordinal)

    def encode(self, query_text: str) -> str:
        """The token for a query; it fits no other text."""
        content = [_fingerprint(query_text), self.order, self.position, self.ordinal, self.emitted]
        return base64.urlsafe_b64encode(orjson.dumps(content)).decode()


def decode(token: str, query_text: str) -> Continuation:
    """The place behind a token; raises SqlBadRequestError for one that was not made for this query."""
    try:
        fingerprint, order, position, ordinal, emitted = orjson.loads(base64.urlsafe_b64decode(token))
        place = Continuation(tuple(order), position, ordinal, emitted)
        known = fingerprint == _fingerprint(query_text) and all(
            type(count) is int for count in (position, ordinal, emitted)
        )
    except (binascii.Error, orjson.JSONDecodeError, UnicodeError, TypeError, ValueError):
        known = False
    if not known:
        raise SqlBadRequestError("Invalid Continuation Token: it does not belong to this query.", code="SC4001")
    return place


def _fingerprint(query_text: str) -> int:
    return zlib.crc32(query_text.encode("utf-8", "replace"))
