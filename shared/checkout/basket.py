"""The rules of ordering, as a function of what is wanted and what the catalogue says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.errors import ConflictError, ValidationError, Violation
from shared.money import amount
from shared.orders.document import OrderLine
from shared.products.product import Product

MAX_LINES = 50
MAX_QUANTITY = 1000


@dataclass(frozen=True)
class WantedLine:
    """One line as the customer sent it; `price_minor` is what they expect to pay for one piece, if they said so."""

    product_id: str
    quantity: int
    price_minor: int | None = None


class PriceChangedError(ConflictError):
    """The customer expects another price than the catalogue's."""

    slug = "price-changed"
    title = "A price has changed"


def priced_lines(wanted: Sequence[WantedLine], catalogue: Mapping[str, Product]) -> list[OrderLine]:
    """Order lines with the catalogue's names and prices; lines of the same product are one.

    Raises ValidationError with a pointer to each wrong line, then PriceChangedError with a pointer to each old price.
    """
    violations = [*_unknown(wanted, catalogue), *_contradictions(wanted)]
    if violations:
        raise ValidationError(f"The order can't be placed: {violations[0].detail}.", errors=violations)
    changed = _changed_prices(wanted, catalogue)
    if changed:
        raise PriceChangedError(f"The order isn't placed: {changed[0].detail}.", errors=changed)
    return [
        OrderLine(
            product_id=product_id,
            name=catalogue[product_id].name,
            quantity=quantity,
            price_minor=catalogue[product_id].price_minor,
        )
        for product_id, quantity in _quantities(wanted).items()
    ]


def _quantities(wanted: Sequence[WantedLine]) -> dict[str, int]:
    merged: dict[str, int] = {}
    for line in wanted:
        merged[line.product_id] = merged.get(line.product_id, 0) + line.quantity
    return merged


def _unknown(wanted: Sequence[WantedLine], catalogue: Mapping[str, Product]) -> list[Violation]:
    return [
        Violation(f"/items/{index}/productId", "there is no such product")
        for index, line in enumerate(wanted)
        if line.product_id not in catalogue
    ]


def _contradictions(wanted: Sequence[WantedLine]) -> list[Violation]:
    found = []
    prices: dict[str, int] = {}
    quantities: dict[str, int] = {}
    for index, line in enumerate(wanted):
        quantities[line.product_id] = quantities.get(line.product_id, 0) + line.quantity
        if quantities[line.product_id] > MAX_QUANTITY:
            text = f"at most {MAX_QUANTITY} pieces of one product can be ordered at once"
            found.append(Violation(f"/items/{index}/quantity", text))
        if line.price_minor is not None and prices.setdefault(line.product_id, line.price_minor) != line.price_minor:
            found.append(Violation(f"/items/{index}/price", "another line of this product has another price"))
    return found


def _changed_prices(wanted: Sequence[WantedLine], catalogue: Mapping[str, Product]) -> list[Violation]:
    found = []
    for index, line in enumerate(wanted):
        present = catalogue[line.product_id].price_minor
        if line.price_minor is not None and line.price_minor != present:
            found.append(Violation(f"/items/{index}/price", f"the price is {amount(present):.2f} now"))
    return found
