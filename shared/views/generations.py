"""Which generation of a view is read, and which ones are written: a rebuild writes a new one, then switches."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from azure.core import MatchConditions
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from shared.documents import base_fields
from shared.errors import ConflictError
from shared.time import rfc3339

KEPT_SECONDS = 0.5
"""How long a pointer that was read is used again. A rebuild waits much longer before it relies on a new one."""
FIRST = "1"
"""The generation of a view that has never been rebuilt."""


class View(StrEnum):
    """The read models."""

    CUSTOMER_ORDERS = "customer-orders"
    PRODUCT_SALES = "product-sales"
    STOCK = "stock"

    def key(self, subject: str) -> str:
        """The partition key of one user's or one product's part of the view."""
        return f"{self}:{subject}"


class RebuildTakenOverError(ConflictError):
    """Somebody else has started to rebuild the same view."""

    slug = "rebuild-taken-over"
    title = "The rebuild was taken over by another one"


@dataclass(frozen=True)
class Generations:
    """`active` is read; `building` is written too while a rebuild runs."""

    active: str = FIRST
    building: str | None = None
    etag: str | None = None

    @property
    def written(self) -> tuple[str, ...]:
        """Every generation that an event is applied to."""
        return (self.active,) if self.building is None else (self.active, self.building)


class GenerationPointers:
    """Documents `generations:<view>`. `now` is the injected clock."""

    def __init__(self, container: ContainerProxy, now: Callable[[], datetime]) -> None:
        self._container = container
        self._now = now
        self._kept: dict[View, tuple[float, Generations]] = {}

    async def of(self, view: View) -> Generations:
        """The view's generations, as they were KEPT_SECONDS ago or later."""
        read_at, found = self._kept.get(view, (-math.inf, Generations()))
        if time.monotonic() > read_at + KEPT_SECONDS:
            read_at, found = time.monotonic(), await self._read(view)
            self._kept[view] = (read_at, found)
        return found

    async def _read(self, view: View) -> Generations:
        try:
            found = await self._container.read_item(_id(view), partition_key=_id(view))
        except CosmosResourceNotFoundError:
            return Generations()
        return Generations(found["active"], found.get("building"), found["_etag"])

    async def begin(self, view: View, generation: str) -> Generations:
        """Starts a new generation beside the active one; returns what was there. A rebuild under way loses its place.

        Raises RebuildTakenOverError when somebody else begins at the same moment.
        """
        before = await self._read(view)
        await self._write(view, before, Generations(before.active, generation))
        return before

    async def switch(self, view: View, generation: str) -> str:
        """Makes the new generation the active one; returns the old one. Raises RebuildTakenOverError."""
        before = await self._read(view)
        if before.building != generation:
            raise _taken_over(view)
        await self._write(view, before, Generations(generation))
        return before.active

    async def _write(self, view: View, before: Generations, after: Generations) -> None:
        self._kept.pop(view, None)
        document: dict[str, Any] = {
            "id": _id(view),
            "viewKey": _id(view),
            **base_fields("generations", self._now()),
            "active": after.active,
            "building": after.building,
            "switchedAt": rfc3339(self._now()),
        }
        try:
            if before.etag is None:
                await self._container.create_item(document)
            else:
                await self._container.replace_item(
                    _id(view), document, etag=before.etag, match_condition=MatchConditions.IfNotModified
                )
        except (CosmosResourceExistsError, CosmosAccessConditionFailedError) as error:
            raise _taken_over(view) from error


def _id(view: View) -> str:
    return f"generations:{view}"


def _taken_over(view: View) -> RebuildTakenOverError:
    return RebuildTakenOverError(f"Another rebuild of {view} has taken over. Wait for it, or start again.")
