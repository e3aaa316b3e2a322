"""Container `products`: reading products, and changing them without getting in the way of orders.

Orders change a product's inventory all the time, so changes aren't written under the document's ETag but as patches of
their own fields, under the condition that no other admin was faster (revision and event sequence).
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosResourceNotFoundError

from shared.documents import event_document
from shared.ids import is_id, new_id
from shared.images.limits import MAX_IMAGES
from shared.products.product import (
    ImageSettledError,
    Product,
    ProductNotFoundError,
    StaleProductError,
    StockHeldError,
    TooManyImagesError,
)
from shared.time import rfc3339

_RACES = {HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED, 449}
_TRIES = 20
_OWN_OPERATIONS = 2
"""A change's batch begins with the product's patch and the event."""


@dataclass(frozen=True)
class Origin:
    """Who makes a change, and in which request."""

    actor: str
    correlation_id: str = ""


@dataclass(frozen=True)
class _Change:
    """A change to make: stored fields to set, pieces to add, the event that tells of it, what is written along."""

    event: str
    told: Mapping[str, Any]
    fields: Mapping[str, Any] = field(default_factory=dict)
    stock: int = 0
    beside: tuple[Any, ...] = ()
    """Batch operations on other documents of the product's partition."""


class ProductRepository:
    """The catalogue side of container `products`. `now` is the injected clock; `container` serves listings, too."""

    def __init__(self, container: ContainerProxy, now: Callable[[], datetime]) -> None:
        self.container = container
        self._now = now

    async def create(self, product: Product, origin: Origin) -> Product:
        """Stores a new product with its event; again with the same id: nothing changes."""
        product = product.model_copy(update={"event_sequence": 1})
        told = {"priceMinor": product.price_minor, "inventory": product.inventory}
        event = self._event("product.created", product.id, 1, origin, told)
        operations = [("create", (product.to_document(),)), ("create", (event,))]
        with contextlib.suppress(_Raced):
            await self._batch(product.id, operations)
        return product

    async def get(self, product_id: str) -> Product:
        """An active product. Raises ProductNotFoundError."""
        found = await self.find(product_id)
        if found is None or not found.is_active:
            raise ProductNotFoundError(product_id)
        return found

    async def find(self, product_id: str) -> Product | None:
        """A product, deleted ones too, or None."""
        if not is_id(product_id):
            return None
        try:
            found = await self.container.read_item(product_id, partition_key=product_id)
        except CosmosResourceNotFoundError:
            return None
        return Product.model_validate(dict(found)) if found.get("type") == "product" else None

    async def active(self, product_ids: Iterable[str]) -> dict[str, Product]:
        """The active ones among these products, by id; point reads side by side."""
        found = await asyncio.gather(*(self.find(product_id) for product_id in set(product_ids)))
        return {product.id: product for product in found if product is not None and product.is_active}

    async def update(
        self, product_id: str, fields: Mapping[str, Any], origin: Origin, *, revisions: frozenset[int] | None = None
    ) -> Product:
        """Sets stored fields (names as stored); nothing is written when they have these values already.

        Raises ProductNotFoundError, and StaleProductError when the revision is none of `revisions` (None: any will do).
        """

        def change(product: Product) -> _Change | None:
            _check_revision(product, revisions)
            stored = product.to_document()
            different = {name: value for name, value in fields.items() if stored[name] != value}
            if not different:
                return None
            told = {"fields": sorted(different), "priceMinor": fields.get("priceMinor", product.price_minor)}
            return _Change("product.updated", told, different)

        return await self._change(product_id, change, origin)

    async def delete(self, product_id: str, origin: Origin, *, revisions: frozenset[int] | None = None) -> None:
        """Takes the product out of the shop; it stays for orders that name it. Raises as `update` does."""

        def change(product: Product) -> _Change:
            _check_revision(product, revisions)
            return _Change("product.deleted", {}, {"isActive": False})

        await self._change(product_id, change, origin)

    async def add_stock(self, product_id: str, delta: int, reason: str, origin: Origin) -> Product:
        """Adds pieces, or takes some away that nobody holds. Raises ProductNotFoundError, StockHeldError."""

        def change(product: Product) -> _Change:
            if product.inventory + delta < 0:
                available = f"only {product.inventory} of product {product_id} aren't held by orders"
                raise StockHeldError(f"The stock can't be lowered by {-delta}: {available}.")
            return _Change("product.stock-changed", {"change": delta, "reason": reason}, stock=delta)

        return await self._change(product_id, change, origin)

    async def add_image(
        self, product_id: str, image_id: str, url: str, origin: Origin, *, beside: Callable[[], Any]
    ) -> Product:
        """Shows one more image, once; `beside` makes what is written with it: the operation on the image's document.

        It is made anew for each try, because the SDK takes conditions out of the operations that it is given.

        Raises ProductNotFoundError, TooManyImagesError, and ImageSettledError when `beside` doesn't apply any more.
        """

        def change(product: Product) -> _Change:
            others = [shown for shown in product.image_urls if shown != url]
            if len(others) >= MAX_IMAGES:
                raise TooManyImagesError(product_id)
            fields = {"imageUrls": [*others, url]}
            return _Change("product.image-ready", {"imageId": image_id}, fields, beside=(beside(),))

        return await self._change(product_id, change, origin)

    async def deleted_with_images(self) -> list[str]:
        """Ids of deleted products whose images haven't been removed. Cross-partition: see docs/cost.md."""
        query = "SELECT VALUE c.id FROM c WHERE c.type = 'product' AND c.isActive = false AND NOT IS_DEFINED(c.cleared)"
        return [str(found) async for found in self.container.query_items(query)]

    async def note_images_removed(self, product_id: str) -> None:
        """Notes that the images of a deleted product are removed."""
        await self.container.patch_item(product_id, product_id, [{"op": "set", "path": "/cleared", "value": True}])

    async def _change(self, product_id: str, change: Callable[[Product], _Change | None], origin: Origin) -> Product:
        for _ in range(_TRIES):
            product = await self.get(product_id)
            wanted = change(product)
            if wanted is None:
                return product
            sequence = product.event_sequence + 1
            event = self._event(wanted.event, product_id, sequence, origin, wanted.told)
            try:
                operations = [self._patch(product, wanted), ("create", (event,)), *wanted.beside]
                results = await self._batch(product_id, operations)
            except _Raced as raced:
                if await self._is_written(event) and (latest := await self.find(product_id)) is not None:
                    return latest
                if raced.operation >= _OWN_OPERATIONS:
                    raise ImageSettledError from raced
                continue
            return Product.model_validate(results[0]["resourceBody"])
        raise TimeoutError(f"Product {product_id} was changed by others {_TRIES} times in a row.")

    async def _is_written(self, event: Mapping[str, Any]) -> bool:
        """Whether it was this very change that succeeded, and only its repetition by the SDK that was refused."""
        try:
            found = await self.container.read_item(str(event["id"]), partition_key=str(event["productId"]))
        except CosmosResourceNotFoundError:
            return False
        return bool(found["changeId"] == event["changeId"])

    def _patch(self, product: Product, wanted: _Change) -> tuple[Any, ...]:
        values = {
            **wanted.fields,
            "revision": product.revision + 1,
            "eventSequence": product.event_sequence + 1,
            "updatedAt": rfc3339(self._now()),
        }
        operations: list[dict[str, Any]] = [
            {"op": "set", "path": f"/{name}", "value": value} for name, value in values.items()
        ]
        if wanted.stock:
            operations.append({"op": "incr", "path": "/inventory", "value": wanted.stock})
        condition = (
            f"FROM c WHERE c.revision = {product.revision:d} AND c.eventSequence = {product.event_sequence:d} "
            f"AND c.isActive = true AND c.inventory >= {-wanted.stock:d}"
        )
        return ("patch", (product.id, operations), {"filter_predicate": condition})

    def _event(
        self, event_type: str, product_id: str, sequence: int, origin: Origin, told: Mapping[str, Any]
    ) -> dict[str, Any]:
        event = event_document(
            event_type=event_type,
            aggregate=product_id,
            sequence=sequence,
            actor=origin.actor,
            now=self._now(),
            data=told,
            correlation_id=origin.correlation_id,
        )
        return {**event, "productId": product_id, "changeId": new_id()}

    async def _batch(self, product_id: str, operations: list[Any]) -> list[dict[str, Any]]:
        try:
            return list(await self.container.execute_item_batch(operations, partition_key=product_id))
        except CosmosBatchOperationError as error:
            if error.status_code in _RACES:
                raise _Raced(error.error_index) from error
            raise


class _Raced(Exception):  # noqa: N818 - not an error: somebody else was faster
    """The condition of a write didn't hold (any more): that of the batch's `operation`, counted from 0."""

    def __init__(self, operation: int) -> None:
        super().__init__(operation)
        self.operation = operation


def _check_revision(product: Product, revisions: frozenset[int] | None) -> None:
    if revisions is not None and product.revision not in revisions:
        raise StaleProductError(
            f"If-Match doesn't name the present revision of product {product.id}, {product.revision}. Read it again."
        )
