"""Once a day: orchestrations that have been finished for longer than the setting INSTANCE_RETENTION are purged."""

import logging
from datetime import UTC, datetime

import azure.durable_functions as df
import azure.functions as func

from shared.clients import settings
from shared.orders.workflow import ENDED
from shared.time import utc_now

logger = logging.getLogger(__name__)
blueprint = df.Blueprint()


@blueprint.timer_trigger(arg_name="timer", schedule="0 30 3 * * *", use_monitor=True)
@blueprint.durable_client_input(client_name="client")
async def purge_finished_instances(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:
    """Purges; the order documents keep what happened."""
    purged = await purge(client, utc_now() - settings().instance_retention)
    logger.info("Purged %d finished orchestrations.", purged)


async def purge(client: df.DurableOrchestrationClient, created_before: datetime) -> int:
    """Removes ended instances created before then; the statuses are named, so that no running one can be met."""
    result = await client.purge_instance_history_by(
        created_time_from=datetime(2020, 1, 1, tzinfo=UTC),
        created_time_to=created_before,
        runtime_status=sorted(ENDED, key=lambda status: str(status.value)),
    )
    return int(result.instances_deleted)
