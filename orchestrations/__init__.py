"""Orchestrators: deterministic coordination only. Clock, ids and limits come from the context and the start input."""

from orchestrations.cancel_order import blueprint as cancel_order_blueprint
from orchestrations.process_order import blueprint as process_order_blueprint

blueprints = (process_order_blueprint, cancel_order_blueprint)
