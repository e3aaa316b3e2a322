"""First answers kept under the client's Idempotency-Key, in container `requests` (partition key /id).

A record is created before the work, with the id of what will be created inside. While it is locked others get a 409;
when the lock is over the next try takes the record over and works with the *same* id: a crash never makes two of one.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from azure.core import MatchConditions
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from shared.documents import base_fields
from shared.errors import ConflictError, ValidationError
from shared.ids import new_id
from shared.time import rfc3339

LOCK = timedelta(seconds=30)
KEPT = timedelta(hours=24)


class RequestInFlightError(ConflictError):
    """The first request with this key hasn't been answered yet."""

    slug = "request-in-flight"
    title = "The first request with this key is still being worked on"


class KeyReusedError(ValidationError):
    """The key was used with another body."""

    slug = "idempotency-key-reused"
    title = "The Idempotency-Key belongs to another request"


@dataclass(frozen=True)
class Claim:
    """The right to do the work now."""

    record: Mapping[str, Any]
    etag: str
    taken_over: bool
    """True when an earlier try didn't come to its end: what it created may exist already."""

    @property
    def resource_id(self) -> str:
        """The id to create the resource with."""
        return str(self.record["resourceId"])


@dataclass(frozen=True)
class StoredAnswer:
    """The first answer, to be given again."""

    content: Mapping[str, Any]
    headers: Mapping[str, str]


def fingerprint(value: Any) -> str:
    """SHA-256 of a JSON value in its canonical form: names sorted, no blanks."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class IdempotencyRecords:
    """All access to idempotency records. `now` is the injected clock."""

    def __init__(self, container: ContainerProxy, now: Callable[[], datetime]) -> None:
        self._container = container
        self._now = now

    async def claim(self, *, scope: str, key: str, body: str) -> Claim | StoredAnswer:
        """Begins a request, or finds its answer. `body` is the body's fingerprint, `scope` the user and the route.

        Raises RequestInFlightError and KeyReusedError.
        """
        record = self._new_record(scope, key, body)
        try:
            created = await self._container.create_item(record)
        except CosmosResourceExistsError:
            return await self._again(record)
        return Claim(record, str(created["_etag"]), taken_over=False)

    async def complete(self, claim: Claim, content: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        """Stores the answer; when somebody has taken the record over, theirs is as good."""
        done = {**claim.record, "state": "done", "content": dict(content), "headers": dict(headers)}
        try:
            await self._replace({**done, "updatedAt": rfc3339(self._now())}, claim.etag)
        except (CosmosAccessConditionFailedError, CosmosResourceNotFoundError):
            return

    async def release(self, claim: Claim) -> None:
        """Forgets a request that was refused: only what succeeded is kept."""
        try:
            await self._container.delete_item(
                str(claim.record["id"]),
                partition_key=str(claim.record["id"]),
                etag=claim.etag,
                match_condition=MatchConditions.IfNotModified,
            )
        except (CosmosAccessConditionFailedError, CosmosResourceNotFoundError):
            return

    async def _again(self, record: Mapping[str, Any]) -> Claim | StoredAnswer:
        try:
            found = dict(await self._container.read_item(str(record["id"]), partition_key=str(record["id"])))
        except CosmosResourceNotFoundError as error:  # released a moment ago
            raise _in_flight() from error
        if found["resourceId"] == record["resourceId"]:  # the write succeeded and was repeated by the SDK
            return Claim(record, str(found["_etag"]), taken_over=False)
        if found["bodyHash"] != record["bodyHash"]:
            raise KeyReusedError("This Idempotency-Key was used with another body. Use a new key for a new request.")
        if found["state"] == "done":
            return StoredAnswer(found["content"], found["headers"])
        if found["lockedUntil"] > rfc3339(self._now()):
            raise _in_flight()
        return await self._take_over(found)

    async def _take_over(self, found: dict[str, Any]) -> Claim:
        etag = str(found["_etag"])
        locked_until, now = rfc3339(self._now() + LOCK), rfc3339(self._now())
        locked = {**found, "lockedUntil": locked_until, "takenOverBy": new_id(), "updatedAt": now}
        try:
            replaced = await self._replace(locked, etag)
        except CosmosAccessConditionFailedError as error:
            replaced = await self._container.read_item(found["id"], partition_key=found["id"])
            if replaced.get("takenOverBy") != locked["takenOverBy"]:  # else: it was a repetition by the SDK
                raise _in_flight() from error
        return Claim(locked, str(replaced["_etag"]), taken_over=True)

    async def _replace(self, record: dict[str, Any], etag: str) -> Mapping[str, Any]:
        return await self._container.replace_item(
            str(record["id"]), record, etag=etag, match_condition=MatchConditions.IfNotModified
        )

    def _new_record(self, scope: str, key: str, body: str) -> dict[str, Any]:
        now = self._now()
        return {
            "id": "idempotency:" + hashlib.sha256(f"{scope}\n{key}".encode()).hexdigest(),
            **base_fields("idempotency", now),
            "state": "in-flight",
            "resourceId": new_id(),
            "bodyHash": body,
            "lockedUntil": rfc3339(now + LOCK),
            "ttl": int(KEPT.total_seconds()),
        }


def _in_flight() -> RequestInFlightError:
    return RequestInFlightError(
        "The first request with this Idempotency-Key is still being worked on. Try again in a moment.",
        headers={"Retry-After": "1"},
    )
