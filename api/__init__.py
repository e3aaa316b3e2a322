"""The HTTP API: one module per resource, each a blueprint of thin functions over what `shared` does."""

from api.accounts import blueprint as accounts_blueprint
from api.fallback import blueprint as fallback_blueprint
from api.health import blueprint as health_blueprint
from api.orders import blueprint as orders_blueprint
from api.products import blueprint as products_blueprint
from api.uploads import blueprint as uploads_blueprint

blueprints = (
    accounts_blueprint,
    products_blueprint,
    uploads_blueprint,
    orders_blueprint,
    health_blueprint,
    fallback_blueprint,
)
