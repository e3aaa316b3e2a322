"""Activity functions: one unit of work each, safe to run twice.

Business refusals are results, failures of the infrastructure are exceptions.
"""

from activities.approval import blueprint as approval_blueprint
from activities.cancellation import blueprint as cancellation_blueprint
from activities.confirmation import blueprint as confirmation_blueprint
from activities.parking import blueprint as parking_blueprint
from activities.payment import blueprint as payment_blueprint
from activities.reservation import blueprint as reservation_blueprint
from activities.validation import blueprint as validation_blueprint

blueprints = (
    validation_blueprint,
    approval_blueprint,
    reservation_blueprint,
    payment_blueprint,
    confirmation_blueprint,
    cancellation_blueprint,
    parking_blueprint,
)
