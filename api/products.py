"""Products: the catalogue for anyone, its upkeep for admins."""

from http import HTTPStatus
from typing import Any

from api.models.products import NewProduct, ProductChange, ProductQuery, ProductView, StockChange
from api.web.call import Call, Reply
from api.web.entity_tags import entity_tag, is_unchanged, revisions
from api.web.paging import read_page
from api.web.route import Access
from api.web.table import RouteTable
from shared.ids import new_id
from shared.products.listing import ProductFilter, position, products_page
from shared.products.product import Product
from shared.products.repository import Origin

routes = RouteTable()
blueprint = routes.blueprint


@routes.route("POST", "products", access=Access.ADMIN, body=NewProduct)
async def products_create(call: Call) -> Reply:
    """Adds a product to the catalogue."""
    services = call.services
    product = call.body_as(NewProduct).product(new_id(), services.settings.currency, services.now())
    stored = await services.products.create(product, _origin(call))
    return _reply(stored, HTTPStatus.CREATED, {"Location": f"/api/products/{stored.id}"})


@routes.route("GET", "products", access=Access.ANYONE, query=ProductQuery)
async def products_list(call: Call) -> Reply:
    """A page of the catalogue; `nextCursor` is null on the last one."""
    query, services = call.query_as(ProductQuery), call.services
    chosen = ProductFilter(query.category, query.q, query.min_price, query.max_price)

    async def read(limit: int, after: list[Any] | None) -> list[Product]:
        return await products_page(services.products.container, chosen, query.sort, limit=limit, after=after)

    listing = "products?" + query.model_dump_json(exclude={"limit", "cursor"})
    page = await read_page(services.cursors, listing, query, read, lambda last: position(last, query.sort))
    content = {"products": [_view(product) for product in page.rows], "nextCursor": page.next_cursor}
    return Reply(content, headers=_REVALIDATE)


@routes.route("GET", "products/{productId}", access=Access.ANYONE)
async def products_get(call: Call) -> Reply:
    """One product; 304 when the client's copy is still right."""
    product = await call.services.products.get(call.route_params["productId"])
    reply = _reply(product)
    if is_unchanged(call.headers.get("if-none-match"), reply.headers["ETag"]):
        return Reply(None, HTTPStatus.NOT_MODIFIED, reply.headers)
    return reply


@routes.route("PATCH", "products/{productId}", access=Access.ADMIN, body=ProductChange)
async def products_change(call: Call) -> Reply:
    """Changes the given fields, under If-Match if it is sent."""
    product = await call.services.products.update(
        call.route_params["productId"],
        call.body_as(ProductChange).stored_fields(),
        _origin(call),
        revisions=revisions(call.headers.get("if-match")),
    )
    return _reply(product)


@routes.route("DELETE", "products/{productId}", access=Access.ADMIN)
async def products_delete(call: Call) -> Reply:
    """Takes the product out of the catalogue."""
    allowed = revisions(call.headers.get("if-match"))
    await call.services.products.delete(call.route_params["productId"], _origin(call), revisions=allowed)
    return Reply(None, HTTPStatus.NO_CONTENT)


@routes.route("POST", "products/{productId}/stock", access=Access.ADMIN, body=StockChange)
async def products_stock(call: Call) -> Reply:
    """Adds or removes pieces, never below what orders hold."""
    change = call.body_as(StockChange)
    product = await call.services.products.add_stock(
        call.route_params["productId"], change.delta, change.reason, _origin(call)
    )
    return _reply(product)


_REVALIDATE = {"Cache-Control": "no-cache"}


def _origin(call: Call) -> Origin:
    return Origin(call.caller.user_id, call.request_id)


def _reply(product: Product, status: HTTPStatus = HTTPStatus.OK, headers: dict[str, str] | None = None) -> Reply:
    view = _view(product)
    return Reply(
        {"product": view},
        status,
        {"ETag": entity_tag(product.revision, view), **_REVALIDATE, **(headers or {})},
    )


def _view(product: Product) -> dict[str, Any]:
    return ProductView.of(product).to_wire()
