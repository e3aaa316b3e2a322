"""Product images: a URL to upload each to, and what has become of them. Pictures never pass through here."""

from http import HTTPStatus

from api.models.uploads import ImageView, NewImage
from api.web.call import Call, Reply
from api.web.route import Access
from api.web.table import RouteTable
from shared.images.image import ImageDocument
from shared.images.limits import MAX_BYTES, WIDTHS
from shared.images.storage import ImageStorage
from shared.products.repository import Origin
from shared.time import rfc3339

routes = RouteTable()
blueprint = routes.blueprint

_PRIVATE = {"Cache-Control": "no-store"}


@routes.route("POST", "products/{productId}/images", access=Access.ADMIN, body=NewImage)
async def images_create(call: Call) -> Reply:
    """Gives out a URL to which one picture can be PUT, straight into the storage, with the headers to send."""
    new, origin = call.body_as(NewImage), Origin(call.caller.user_id, call.request_id)
    slot = await call.services.upload_slots.give(call.route_params["productId"], new.content_type, new.size, origin)
    content = {
        "uploadUrl": slot.url,
        "headers": slot.headers,
        "imageId": slot.image.image_id,
        "maxBytes": MAX_BYTES,
        "expiresAt": rfc3339(slot.image.expires_at),
    }
    return Reply(content, HTTPStatus.CREATED, _PRIVATE)


@routes.route("GET", "products/{productId}/images", access=Access.ADMIN)
async def images_list(call: Call) -> Reply:
    """Every image of a product, oldest first: waiting, ready, refused or expired."""
    product = await call.services.products.get(call.route_params["productId"])
    images, storage = await call.services.images.of_product(product.id), call.services.image_storage
    views = [ImageView.of(image, _urls(storage, image)) for image in images]
    return Reply({"images": [view.to_wire() for view in views]}, headers=_PRIVATE)


def _urls(storage: ImageStorage, image: ImageDocument) -> dict[str, str]:
    return {str(width): storage.url(image.product_id, image.image_id, width) for width in WIDTHS}
