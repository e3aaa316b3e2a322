"""Once a day: users whose registration didn't get to its e-mail document, so that nobody can log in as them, go."""

import logging
from datetime import datetime, timedelta

import azure.durable_functions as df
import azure.functions as func

from shared.accounts.repository import UserRepository
from shared.services import services
from shared.time import utc_now

logger = logging.getLogger(__name__)
blueprint = df.Blueprint()

_SETTLED = timedelta(hours=1)
"""No registration is under way for so long."""
_LOOK_BACK = timedelta(days=3)
"""Older users have been looked at before; a day or two without a run do no harm."""


@blueprint.timer_trigger(arg_name="timer", schedule="0 45 3 * * *", use_monitor=True)
async def sweep_orphaned_users(timer: func.TimerRequest) -> None:
    """Removes what crashed registrations have left behind."""
    logger.info("Removed %d users without an e-mail of their own.", await sweep(services().users, utc_now()))


async def sweep(users: UserRepository, now: datetime) -> int:
    """Returns how many users it removed."""
    orphans = await users.orphans(now - _LOOK_BACK, now - _SETTLED)
    for user_id in orphans:
        await users.remove(user_id)
    return len(orphans)
