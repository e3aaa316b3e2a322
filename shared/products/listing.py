"""Listing products by filter and order, a page at a time."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from azure.cosmos.aio import ContainerProxy

from shared.products.product import Product


class ProductOrder(StrEnum):
    """How a listing is sorted; "-" is descending."""

    NEWEST = "-createdAt"
    OLDEST = "createdAt"
    CHEAPEST = "price"
    DEAREST = "-price"
    NAME = "name"
    NAME_DESCENDING = "-name"

    @property
    def field(self) -> str:
        """The stored field to sort by."""
        name = self.value.removeprefix("-")
        return "priceMinor" if name == "price" else name

    @property
    def descending(self) -> bool:
        """Whether the greatest comes first."""
        return self.value.startswith("-")


@dataclass(frozen=True)
class ProductFilter:
    """Which products; None doesn't filter."""

    category: str | None = None
    text: str | None = None
    """Part of the name or the description, in any case."""
    min_minor: int | None = None
    max_minor: int | None = None


def position(product: Product, order: ProductOrder) -> list[Any]:
    """Where a product stands in a listing: the value sorted by, and the id."""
    return [product.to_document()[order.field], product.id]


async def products_page(
    container: ContainerProxy, chosen: ProductFilter, order: ProductOrder, *, limit: int, after: list[Any] | None
) -> list[Product]:
    """At most `limit` active products after a position. A cross-partition query: see docs/cost.md."""
    conditions, parameters = _conditions(chosen)
    if after is not None:
        compared = "<" if order.descending else ">"
        field = f"c.{order.field}"
        conditions.append(f"({field} {compared} @value OR ({field} = @value AND c.id {compared} @id))")
        parameters |= {"@value": after[0], "@id": after[1]}
    direction = "DESC" if order.descending else "ASC"
    query = (
        f"SELECT * FROM c WHERE {' AND '.join(conditions)} "  # noqa: S608 - fixed texts; values are parameters
        f"ORDER BY c.{order.field} {direction}, c.id {direction} OFFSET 0 LIMIT @limit"
    )
    values = [{"name": name, "value": value} for name, value in {**parameters, "@limit": limit}.items()]
    return [Product.model_validate(dict(found)) async for found in container.query_items(query, parameters=values)]


def _conditions(chosen: ProductFilter) -> tuple[list[str], dict[str, Any]]:
    texts = {
        "@category": ("c.category = @category", chosen.category),
        "@text": ("(CONTAINS(c.name, @text, true) OR CONTAINS(c.description, @text, true))", chosen.text),
        "@min": ("c.priceMinor >= @min", chosen.min_minor),
        "@max": ("c.priceMinor <= @max", chosen.max_minor),
    }
    conditions = ["c.type = 'product'", "c.isActive = true"]
    conditions += [text for text, value in texts.values() if value is not None]
    return conditions, {name: value for name, (_, value) in texts.items() if value is not None}
