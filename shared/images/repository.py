"""Container `products`: image documents, each change with its event in one transactional batch."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosResourceNotFoundError

from shared.ids import is_id
from shared.images.image import ImageDocument, ImageState, document_id, image_event
from shared.images.refusal import Refusal
from shared.products.repository import Origin
from shared.time import rfc3339

_RACES = {HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED}
SYSTEM = "system"
"""The actor of what no person did."""


class ImageRepository:
    """Image documents. `now` is the injected clock."""

    def __init__(self, container: ContainerProxy, now: Callable[[], datetime]) -> None:
        self._container = container
        self._now = now

    async def create(self, image: ImageDocument, origin: Origin) -> None:
        """Stores a new slot."""
        event = image_event(image, "requested", origin.actor, self._now())
        operations = [("create", (image.to_document(),)), ("create", (event,))]
        await self._batch(image.product_id, operations)

    async def find(self, product_id: str, image_id: str) -> ImageDocument | None:
        """One image, or None."""
        if not (is_id(product_id) and is_id(image_id)):
            return None
        try:
            found = await self._container.read_item(document_id(image_id), partition_key=product_id)
        except CosmosResourceNotFoundError:
            return None
        return ImageDocument.model_validate(dict(found))

    async def of_product(self, product_id: str) -> list[ImageDocument]:
        """A product's images, oldest first. A query within one partition."""
        query = "SELECT * FROM c WHERE c.type = 'image'"
        found = self._container.query_items(query, partition_key=product_id)
        images = [ImageDocument.model_validate(dict(document)) async for document in found]
        return sorted(images, key=lambda image: (image.created_at, image.image_id))

    async def unused(self) -> list[ImageDocument]:
        """Every slot that waits although its URL has ended. Cross-partition: see docs/cost.md."""
        query = "SELECT * FROM c WHERE c.type = 'image' AND c.state = 'waiting' AND c.expiresAt < @now"
        parameters: list[dict[str, Any]] = [{"name": "@now", "value": rfc3339(self._now())}]
        found = self._container.query_items(query, parameters=parameters)
        return [ImageDocument.model_validate(dict(document)) async for document in found]

    async def expire(self, image: ImageDocument) -> bool:
        """Ends a slot that was never used; False when it has changed meanwhile."""
        return await self._end(image, ImageState.EXPIRED, None)

    async def refuse(self, image: ImageDocument, reason: Refusal) -> bool:
        """Notes that an upload isn't taken; False when the image has changed meanwhile."""
        return await self._end(image, ImageState.REFUSED, reason)

    async def _end(self, image: ImageDocument, state: ImageState, reason: Refusal | None) -> bool:
        now = self._now()
        event = image_event(image.model_copy(update={"reason": reason}), str(state), SYSTEM, now)
        operations = [move(image, state, now, reason), ("create", (event,))]
        return await self._batch(image.product_id, operations)

    async def _batch(self, product_id: str, operations: list[Any]) -> bool:
        try:
            await self._container.execute_item_batch(operations, partition_key=product_id)
        except CosmosBatchOperationError as error:
            if error.status_code in _RACES:
                return False
            raise
        return True


def move(image: ImageDocument, state: ImageState, now: datetime, reason: Refusal | None = None) -> tuple[Any, ...]:
    """The batch operation that gives an image another state, if it still has the one it was read in."""
    values = {"state": str(state), "reason": None if reason is None else str(reason), "updatedAt": rfc3339(now)}
    operations = [{"op": "set", "path": f"/{name}", "value": value} for name, value in values.items()]
    condition = {"filter_predicate": f"FROM c WHERE c.state = '{image.state}'"}
    return ("patch", (document_id(image.image_id), operations), condition)
