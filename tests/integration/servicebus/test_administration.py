"""Entities, made and changed by the SDK's administration client."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.aio.management import ServiceBusAdministrationClient
from azure.servicebus.exceptions import MessagingEntityDisabledError, MessagingEntityNotFoundError

from localcloud.servicebus.server import ServiceBusServer
from tests.integration.servicebus.administration import administered, aio_client


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[tuple[ServiceBusServer, ServiceBusAdministrationClient]]:
    async with administered(tmp_path) as (server, certificates), aio_client(server, certificates) as admin:
        yield server, admin


@pytest.fixture
def server(running: tuple[ServiceBusServer, ServiceBusAdministrationClient]) -> ServiceBusServer:
    return running[0]


@pytest.fixture
def admin(running: tuple[ServiceBusServer, ServiceBusAdministrationClient]) -> ServiceBusAdministrationClient:
    return running[1]


async def test_a_queue_has_the_settings_it_was_made_with(admin: ServiceBusAdministrationClient) -> None:
    await admin.create_queue("target")
    made = await admin.create_queue(
        "work",
        lock_duration=timedelta(seconds=30),
        max_delivery_count=3,
        default_message_time_to_live=timedelta(hours=1),
        requires_session=True,
        requires_duplicate_detection=True,
        duplicate_detection_history_time_window=timedelta(minutes=5),
        dead_lettering_on_message_expiration=True,
        forward_dead_lettered_messages_to="target",
        user_metadata="mine",
    )
    assert (made.name, made.status, made.user_metadata) == ("work", "Active", "mine")
    found = await admin.get_queue("work")
    assert (found.lock_duration, found.max_delivery_count) == (timedelta(seconds=30), 3)
    assert (found.default_message_time_to_live, found.requires_session) == (timedelta(hours=1), True)
    assert (found.requires_duplicate_detection, found.dead_lettering_on_message_expiration) == (True, True)
    assert found.duplicate_detection_history_time_window == timedelta(minutes=5)
    assert (found.forward_dead_lettered_messages_to or "").endswith("/target")
    assert (await admin.get_queue("target")).forward_to is None


async def test_what_is_there_is_not_made_twice_and_what_is_not_there_is_not_found(
    admin: ServiceBusAdministrationClient,
) -> None:
    await admin.create_queue("work", max_delivery_count=3)
    with pytest.raises(ResourceExistsError):
        await admin.create_queue("work")
    with pytest.raises(ResourceExistsError):
        await admin.create_topic("work")
    assert (await admin.get_queue("work")).max_delivery_count == 3
    for attempt in (
        admin.get_queue("none"),
        admin.get_queue_runtime_properties("none"),
        admin.delete_queue("none"),
        admin.create_subscription("none", "all"),
        admin.get_subscription("none", "all"),
        admin.get_rule("none", "all", "$Default"),
    ):
        with pytest.raises(ResourceNotFoundError):
            await attempt


async def test_updates_count_at_once_and_survive_a_restart(
    server: ServiceBusServer, admin: ServiceBusAdministrationClient
) -> None:
    queue = await admin.create_queue("work")
    queue.max_delivery_count = 1
    await admin.update_queue(queue)
    async with ServiceBusClient.from_connection_string(server.connection_string, retry_total=0) as client:
        async with client.get_queue_sender("work") as sender, client.get_queue_receiver("work") as receiver:
            await sender.send_messages(ServiceBusMessage("a"))
            (message,) = await receiver.receive_messages(1, max_wait_time=5)
            await receiver.abandon_message(message)
        counts = await admin.get_queue_runtime_properties("work")
        assert (counts.active_message_count, counts.dead_letter_message_count) == (0, 1)
    port = server.admin_port
    await server.stop()
    server.admin_port = port
    await server.start()
    assert (await admin.get_queue("work")).max_delivery_count == 1
    assert (await admin.get_queue_runtime_properties("work")).dead_letter_message_count == 1


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("requires_session", True, "requiresSession"),
        ("requires_duplicate_detection", True, "requiresDuplicateDetection"),
        ("lock_duration", "PT10M", "lockDuration"),
        ("max_delivery_count", 0, "maxDeliveryCount"),
        ("forward_to", "nowhere", "nowhere"),
        ("forward_to", "work", "itself"),
    ],
)
async def test_what_azure_refuses_to_change_stays(
    admin: ServiceBusAdministrationClient, setting: str, value: object, named: str
) -> None:
    queue = await admin.create_queue("work")
    before = getattr(queue, setting)
    setattr(queue, setting, value)
    with pytest.raises(HttpResponseError, match=named) as refusal:
        await admin.update_queue(queue)
    assert refusal.value.status_code == 400
    assert getattr(await admin.get_queue("work"), setting) == before


async def test_lists_come_in_pages(admin: ServiceBusAdministrationClient) -> None:
    assert [queue.name async for queue in admin.list_queues()] == []
    for number in range(7):
        await admin.create_queue(f"q{number}")
    await admin.create_topic("t")
    await admin.create_subscription("t", "s")
    queues = admin.list_queues(max_page_size=3)
    assert [[queue.name async for queue in page] async for page in queues.by_page()] == [
        ["q0", "q1", "q2"],
        ["q3", "q4", "q5"],
        ["q6"],
    ]
    assert [topic.name async for topic in admin.list_topics()] == ["t"]
    assert [each.name async for each in admin.list_subscriptions("t")] == ["s"]
    assert [each.name async for each in admin.list_subscriptions_runtime_properties("t")] == ["s"]


async def test_counts_tell_active_scheduled_and_dead_messages_apart(
    server: ServiceBusServer, admin: ServiceBusAdministrationClient
) -> None:
    await admin.create_topic("news")
    await admin.create_subscription("news", "all")
    later = server.broker.now() + timedelta(hours=1)
    async with ServiceBusClient.from_connection_string(server.connection_string, retry_total=0) as client:
        async with client.get_topic_sender("news") as sender:
            await sender.send_messages([ServiceBusMessage("a"), ServiceBusMessage("b"), ServiceBusMessage("c")])
            await sender.schedule_messages(ServiceBusMessage("d"), later)
        async with client.get_subscription_receiver("news", "all") as receiver:
            (message,) = await receiver.receive_messages(1, max_wait_time=5)
            await receiver.dead_letter_message(message)
    topic = await admin.get_topic_runtime_properties("news")
    assert (topic.scheduled_message_count, topic.subscription_count) == (1, 1)
    counts = await admin.get_subscription_runtime_properties("news", "all")
    assert (counts.active_message_count, counts.dead_letter_message_count, counts.total_message_count) == (2, 1, 3)
    assert (counts.transfer_message_count, counts.transfer_dead_letter_message_count) == (0, 0)
    assert counts.created_at_utc is not None
    server.broker.advance(timedelta(hours=2))
    async with (
        ServiceBusClient.from_connection_string(server.connection_string, retry_total=0) as client,
        client.get_subscription_receiver("news", "all") as receiver,
    ):
        found = await receiver.receive_messages(3, max_wait_time=2)
        assert [str(message) for message in found] == ["b", "c", "d"]


async def test_a_deleted_queue_is_gone_for_its_clients_and_its_messages_with_it(
    server: ServiceBusServer, admin: ServiceBusAdministrationClient
) -> None:
    await admin.create_queue("work")
    async with ServiceBusClient.from_connection_string(server.connection_string, retry_total=0) as client:
        sender, receiver = client.get_queue_sender("work"), client.get_queue_receiver("work")
        async with sender, receiver:
            await sender.send_messages(ServiceBusMessage("a"))
            await receiver.peek_messages(1)
            await admin.delete_queue("work")
            with pytest.raises(MessagingEntityNotFoundError):
                await sender.send_messages(ServiceBusMessage("b"))
            with pytest.raises(MessagingEntityNotFoundError):
                await receiver.receive_messages(1, max_wait_time=1)
        await admin.create_queue("work")
        assert (await admin.get_queue_runtime_properties("work")).total_message_count == 0


async def test_a_topic_takes_its_subscriptions_with_it(
    server: ServiceBusServer, admin: ServiceBusAdministrationClient
) -> None:
    await admin.create_topic("news")
    await admin.create_subscription("news", "all")
    await admin.create_subscription("news", "some")
    await admin.delete_subscription("news", "some")
    assert [each.name async for each in admin.list_subscriptions("news")] == ["all"]
    await admin.delete_topic("news")
    assert not server.broker.entities


async def test_a_disabled_queue_refuses(server: ServiceBusServer, admin: ServiceBusAdministrationClient) -> None:
    queue = await admin.create_queue("work")
    async with ServiceBusClient.from_connection_string(server.connection_string, retry_total=0) as client:
        async with client.get_queue_sender("work") as sender:
            await sender.send_messages(ServiceBusMessage("a"))
            queue.status = "Disabled"
            await admin.update_queue(queue)
            with pytest.raises(MessagingEntityDisabledError):
                await sender.send_messages(ServiceBusMessage("b"))
        with pytest.raises(MessagingEntityDisabledError):
            async with client.get_queue_receiver("work") as receiver:
                await receiver.receive_messages(1, max_wait_time=1)
    assert (await admin.get_queue_runtime_properties("work")).active_message_count == 1


async def test_messages_that_wait_are_forwarded_once_forwarding_is_set(
    server: ServiceBusServer, admin: ServiceBusAdministrationClient
) -> None:
    await admin.create_queue("last")
    queue = await admin.create_queue("first")
    async with (
        ServiceBusClient.from_connection_string(server.connection_string, retry_total=0) as client,
        client.get_queue_sender("first") as sender,
    ):
        await sender.send_messages(ServiceBusMessage("a"))
    queue.forward_to = "last"
    await admin.update_queue(queue)
    counts = [await admin.get_queue_runtime_properties(name) for name in ("first", "last")]
    assert [count.active_message_count for count in counts] == [0, 1]


async def test_the_namespace_tells_its_name(admin: ServiceBusAdministrationClient) -> None:
    found = await admin.get_namespace_properties()
    assert (found.name, found.messaging_sku, found.namespace_type) == ("127.0.0.1", "Standard", "Messaging")
