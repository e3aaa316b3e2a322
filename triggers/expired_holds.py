"""Every minute: holds whose time is over give their stock back."""

import logging

import azure.durable_functions as df
import azure.functions as func

from shared.inventory.repository import InventoryRepository
from shared.services import shop

logger = logging.getLogger(__name__)
blueprint = df.Blueprint()


@blueprint.timer_trigger(arg_name="timer", schedule="0 * * * * *", use_monitor=False)
async def sweep_expired_holds(timer: func.TimerRequest) -> None:
    """Ends every overdue hold."""
    await sweep(shop().inventory)


async def sweep(inventory: InventoryRepository) -> int:
    """Returns how many holds it ended; one that has changed meanwhile is left alone."""
    ended = 0
    for reservation in await inventory.overdue():
        try:
            ended += await inventory.expire(reservation)
        except Exception:  # one hold must not keep the others waiting
            logger.exception("Could not end the hold %s; it is tried again in a minute.", reservation["id"])
    return ended
