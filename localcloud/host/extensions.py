"""Which extensions a host has."""

from localcloud.durable.extension import DurableExtension
from localcloud.host.authorization import Authorization
from localcloud.host.extension import HostExtension
from localcloud.host.host_json import HostConfig
from localcloud.host.triggers.cosmos_db.extension import CosmosDbExtension
from localcloud.host.triggers.http import HttpTrigger
from localcloud.host.triggers.service_bus.extension import ServiceBusExtension
from localcloud.host.triggers.storage.blob_extension import BlobExtension
from localcloud.host.triggers.storage.queue_extension import QueueExtension
from localcloud.host.triggers.timer import TimerTrigger


def host_extensions(config: HostConfig, authorization: Authorization) -> tuple[HttpTrigger, list[HostExtension]]:
    """The HTTP trigger, and all extensions in starting order (HTTP comes last: requests need the others)."""
    http = HttpTrigger(config.route_prefix, authorization)
    events: list[HostExtension] = [CosmosDbExtension(), ServiceBusExtension(), QueueExtension(), BlobExtension()]
    return http, [DurableExtension(), TimerTrigger(), *events, http]
