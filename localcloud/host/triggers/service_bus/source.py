"""Where a function's messages come from: a queue or a subscription, with or without sessions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from azure.servicebus import NEXT_AVAILABLE_SESSION
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver

from localcloud.host.model import FunctionError, FunctionMetadata
from localcloud.host.settings import MissingSettingError, resolve
from localcloud.host.triggers.service_bus.connection import DEFAULT_NAME


@dataclass(frozen=True)
class Source:
    """One entity to receive from, and how the function wants its messages."""

    connection: str
    queue: str | None
    topic: str | None
    subscription: str | None
    sessions: bool
    many: bool
    binary: bool
    auto_complete: bool | None = None
    """Whether the host settles after a success; None: as host.json says."""

    @property
    def path(self) -> str:
        """The entity's path, for messages to people."""
        return self.queue or f"{self.topic}/Subscriptions/{self.subscription}"

    def receiver(
        self,
        client: ServiceBusClient,
        *,
        prefetch: int,
        session_wait: float | None = None,
        read_seconds: float | None = None,
    ) -> ServiceBusReceiver:
        """A peek-lock receiver; with sessions for the next available one, given up after `session_wait` seconds.

        `read_seconds`: how long the SDK waits for a frame before it looks at its time-outs (its default: 0.2); it takes
        this from the receiver, not from the client.
        """
        options: dict[str, Any] = {"prefetch_count": prefetch, "socket_timeout": read_seconds}
        if self.sessions:
            options |= {"session_id": NEXT_AVAILABLE_SESSION, "max_wait_time": session_wait}
        if self.queue is not None:
            return client.get_queue_receiver(self.queue, **options)
        return client.get_subscription_receiver(str(self.topic), str(self.subscription), **options)


def source_of(function: FunctionMetadata, settings: Mapping[str, str]) -> Source:
    """The source that a function's trigger names. Raises FunctionError for a missing name or setting."""
    binding = function.trigger
    queue, topic = _name(binding, "queueName", settings), _name(binding, "topicName", settings)
    subscription = _name(binding, "subscriptionName", settings)
    if queue is None and (topic is None or subscription is None):
        raise FunctionError(
            f"Microsoft.Azure.WebJobs.Host: Error indexing method 'Functions.{function.name}'. "
            "The Service Bus trigger names neither a queue nor a topic and a subscription."
        )
    return Source(
        connection=str(binding.get("connection") or DEFAULT_NAME),
        queue=queue,
        topic=topic,
        subscription=subscription,
        sessions=binding.get("isSessionsEnabled") is True,
        many=str(binding.get("cardinality", "one")).lower() == "many",
        binary=str(binding.get("dataType", "")).lower() == "binary",
        auto_complete=binding.get("autoComplete", binding.get("autoCompleteMessages")),
    )


def _name(binding: Mapping[str, Any], key: str, settings: Mapping[str, str]) -> str | None:
    try:
        return resolve(str(binding[key]), settings) if binding.get(key) else None
    except MissingSettingError as error:
        raise FunctionError(f"Microsoft.Azure.WebJobs.Host: {error}") from error
