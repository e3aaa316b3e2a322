"""Entry points that aren't HTTP: timers now; queues, topics, blobs and the change feed when they are built."""

from triggers.expired_holds import blueprint as expired_holds_blueprint
from triggers.finished_instances import blueprint as finished_instances_blueprint
from triggers.watchdog import blueprint as watchdog_blueprint

blueprints = (watchdog_blueprint, expired_holds_blueprint, finished_instances_blueprint)
