"""Entry points that aren't HTTP: timers, the change feed, queue and topic, blobs as they land."""

from triggers.event_subscribers import blueprint as event_subscribers_blueprint
from triggers.expired_holds import blueprint as expired_holds_blueprint
from triggers.finished_instances import blueprint as finished_instances_blueprint
from triggers.order_messages import blueprint as order_messages_blueprint
from triggers.orphaned_users import blueprint as orphaned_users_blueprint
from triggers.outbox import blueprint as outbox_blueprint
from triggers.uploads import blueprint as uploads_blueprint
from triggers.watchdog import blueprint as watchdog_blueprint

blueprints = (
    watchdog_blueprint,
    expired_holds_blueprint,
    finished_instances_blueprint,
    orphaned_users_blueprint,
    outbox_blueprint,
    event_subscribers_blueprint,
    order_messages_blueprint,
    uploads_blueprint,
)
