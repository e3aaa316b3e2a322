"""Products on the wire."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from api.web.paging import PageQuery
from api.web.validation import Body, View
from shared.money import Price, minor_units
from shared.products.listing import ProductOrder
from shared.products.product import Metadata, Product
from shared.time import Instant

_LARGEST = 2**53


def _positive(minor: int) -> int:
    if minor == 0:
        raise ValueError("a price is more than zero")
    return minor


def _metadata_value(value: Any) -> Any:
    """Numbers of the body are Decimals; stored they are doubles. Refused here, so that the pointer names the member."""
    if isinstance(value, Decimal):
        return float(value)
    if not isinstance(value, str | bool | int | float):
        raise ValueError("a text, a number, true or false is expected")  # noqa: TRY004 - pydantic collects ValueErrors
    return value


def _modest(metadata: Metadata) -> Metadata:
    for name, value in metadata.items():
        if not 0 < len(name) <= 64:
            raise ValueError("a name has 1 to 64 characters")
        if isinstance(value, str) and len(value) > 500:
            raise ValueError(f"the text of {name} has more than 500 characters")
        if isinstance(value, int | float) and abs(value) > _LARGEST:
            raise ValueError(f"the number of {name} is out of range")
    return metadata


def _query_amount(value: Any) -> int:
    try:
        return minor_units(Decimal(str(value)))
    except InvalidOperation as error:
        raise ValueError("an amount such as 19.99 is expected") from error


ProductName = Annotated[str, Field(min_length=1, max_length=200)]
Description = Annotated[str, Field(max_length=5000)]
Category = Annotated[str, Field(min_length=1, max_length=100)]
ProductPrice = Annotated[Price, AfterValidator(_positive)]
ImageUrls = Annotated[list[Annotated[str, Field(pattern=r"^https?://\S+$", max_length=2048)]], Field(max_length=20)]
MetadataValue = Annotated[str | bool | int | float, BeforeValidator(_metadata_value)]
ProductMetadata = Annotated[dict[str, MetadataValue], Field(max_length=50), AfterValidator(_modest)]
QueryAmount = Annotated[int, BeforeValidator(_query_amount)]
Inventory = Annotated[int, Field(ge=0, le=1_000_000_000)]


class NewProduct(Body):
    """Body of POST /products."""

    name: ProductName
    description: Description
    price: ProductPrice
    category: Category
    inventory: Inventory
    image_urls: ImageUrls = Field(default_factory=list)
    metadata: ProductMetadata = Field(default_factory=dict)

    def product(self, product_id: str, currency: str, now: datetime) -> Product:
        """The product to store."""
        return Product(
            id=product_id,
            product_id=product_id,
            name=self.name,
            description=self.description,
            price_minor=self.price,
            currency=currency,
            category=self.category,
            inventory=self.inventory,
            image_urls=self.image_urls,
            metadata=self.metadata,
            created_at=now,
            updated_at=now,
        )


class ProductChange(Body):
    """Body of PATCH /products/{id}: at least one field; null isn't a value."""

    name: ProductName = ""
    description: Description = ""
    price: ProductPrice = 0
    category: Category = ""
    image_urls: ImageUrls = Field(default_factory=list)
    metadata: ProductMetadata = Field(default_factory=dict)

    @model_validator(mode="after")
    def _says_what_to_change(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("at least one field is required")
        return self

    def stored_fields(self) -> dict[str, Any]:
        """What was given, by its stored name and in its stored form."""
        given = {type(self).model_fields[name].alias: getattr(self, name) for name in self.model_fields_set}
        return {"priceMinor" if name == "price" else str(name): value for name, value in given.items()}


class StockChange(Body):
    """Body of POST /products/{id}/stock: pieces to add, or to take away when negative."""

    delta: Annotated[int, Field(ge=-1_000_000_000, le=1_000_000_000)]
    reason: Annotated[str, Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.delta == 0:
            raise ValueError("delta is any whole number but zero")
        return self


class ProductQuery(PageQuery):
    """Parameters of GET /products."""

    category: str | None = None
    q: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    min_price: QueryAmount | None = None
    max_price: QueryAmount | None = None
    sort: ProductOrder = ProductOrder.NEWEST


class ProductView(View):
    """A product as answered."""

    id: str
    name: str
    description: str
    price: Price
    currency: str
    category: str
    inventory: int
    image_urls: list[str]
    metadata: Metadata
    is_active: bool
    created_at: Instant
    updated_at: Instant

    @classmethod
    def of(cls, product: Product) -> Self:
        """The view of a stored product."""
        fields = {name: getattr(product, name) for name in cls.model_fields if name != "price"}
        return cls.model_construct(**fields, price=product.price_minor)
