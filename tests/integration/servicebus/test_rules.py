"""Rules, changed by the administration client and over `$management`."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.aio.management import ServiceBusAdministrationClient
from azure.servicebus.management import (
    CorrelationRuleFilter,
    FalseRuleFilter,
    SqlRuleAction,
    SqlRuleFilter,
    TrueRuleFilter,
)

from localcloud.servicebus.amqp.errors import AmqpError
from localcloud.servicebus.amqp.types import Described, Timestamp
from localcloud.servicebus.links.operations import OPERATIONS
from localcloud.servicebus.server import ServiceBusServer
from tests.integration.servicebus.administration import administered, aio_client

TOPIC: dict[str, Any] = {"topics": [{"name": "news", "subscriptions": [{"name": "all"}]}]}


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[tuple[ServiceBusServer, ServiceBusAdministrationClient]]:
    async with (
        administered(tmp_path, resources=TOPIC) as (server, certificates),
        aio_client(server, certificates) as admin,
    ):
        yield server, admin


async def received(server: ServiceBusServer, *messages: ServiceBusMessage) -> list[str]:
    """What the subscription gets of these."""
    async with ServiceBusClient.from_connection_string(server.connection_string, retry_total=0) as client:
        async with client.get_topic_sender("news") as sender:
            await sender.send_messages(list(messages))
        async with client.get_subscription_receiver("news", "all") as receiver:
            found = await receiver.receive_messages(10, max_wait_time=1)
            for message in found:
                await receiver.complete_message(message)
            return [str(message) for message in found]


async def test_rules_of_the_administration_client_decide_what_comes_through(
    running: tuple[ServiceBusServer, ServiceBusAdministrationClient],
) -> None:
    server, admin = running
    assert [rule.name async for rule in admin.list_rules("news", "all")] == ["$Default"]
    wanted = CorrelationRuleFilter(label="paid", properties={"size": 1, "urgent": True, "ratio": 1.5, "city": "Bern"})
    await admin.create_rule("news", "all", "paid", filter=wanted)
    await admin.create_rule(
        "news", "all", "red", filter=SqlRuleFilter("color = 'red'"), action=SqlRuleAction("SET x = 1")
    )
    await admin.create_rule("news", "all", "never", filter=FalseRuleFilter())
    await admin.delete_rule("news", "all", "$Default")
    paid = await admin.get_rule("news", "all", "paid")
    assert isinstance(paid.filter, CorrelationRuleFilter)
    assert (paid.filter.label, paid.filter.properties) == ("paid", wanted.properties)
    red = await admin.get_rule("news", "all", "red")
    assert isinstance(red.filter, SqlRuleFilter)
    assert isinstance(red.action, SqlRuleAction)
    assert (red.filter.sql_expression, red.action.sql_expression) == ("color = 'red'", "SET x = 1")
    assert isinstance((await admin.get_rule("news", "all", "never")).filter, FalseRuleFilter)
    fitting: dict[str | bytes, Any] = {"size": 1, "urgent": True, "ratio": 1.5, "city": "Bern"}
    assert await received(
        server,
        ServiceBusMessage("1", subject="paid", application_properties=fitting),
        ServiceBusMessage("2", subject="paid", application_properties={"size": 1}),
        ServiceBusMessage("3", application_properties={"color": "red"}),
    ) == ["1", "3"]


async def test_a_changed_rule_counts_and_survives_a_restart_with_the_same_resources(
    running: tuple[ServiceBusServer, ServiceBusAdministrationClient],
) -> None:
    server, admin = running
    rule = await admin.get_rule("news", "all", "$Default")
    assert isinstance(rule.filter, TrueRuleFilter)
    rule.filter = SqlRuleFilter("size > 1")
    await admin.update_rule("news", "all", rule)
    port = server.admin_port
    await server.stop()
    server.admin_port = port
    await server.start()
    messages = [ServiceBusMessage(str(size), application_properties={"size": size}) for size in (1, 2)]
    assert await received(server, *messages) == ["2"]


async def test_bad_rules_are_refused_and_change_nothing(
    running: tuple[ServiceBusServer, ServiceBusAdministrationClient],
) -> None:
    _, admin = running
    day = datetime(2030, 1, 1, tzinfo=UTC)
    for wanted, named in (
        (SqlRuleFilter("a = = 1"), "a = = 1"),
        (SqlRuleFilter("a = @x", parameters={"@x": 1}), "Parameters"),
        (CorrelationRuleFilter(properties={"day": day}), "dateTime"),
    ):
        with pytest.raises(HttpResponseError, match=named) as refusal:
            await admin.create_rule("news", "all", "bad", filter=wanted)
        assert refusal.value.status_code == 400
    with pytest.raises(ResourceExistsError):
        await admin.create_rule("news", "all", "$default", filter=TrueRuleFilter())
    with pytest.raises(ResourceNotFoundError):
        await admin.delete_rule("news", "all", "bad")
    assert [rule.name async for rule in admin.list_rules("news", "all")] == ["$Default"]


async def managed(server: ServiceBusServer, operation: str, body: dict[str, Any]) -> tuple[int, Any]:
    """A request over `$management`, as .NET's rule manager sends it; the Python SDK has no method for it."""
    answers: list[tuple[int, Any]] = []

    def take(status: int, message: Any, *_: Any, **__: Any) -> None:
        answers.append((status, message.value))

    async with (
        ServiceBusClient.from_connection_string(server.connection_string, retry_total=0) as client,
        client.get_subscription_receiver("news", "all") as receiver,
    ):
        await receiver._mgmt_request_response(f"com.microsoft:{operation}".encode(), body, take)  # noqa: SLF001 - the SDK has nothing public for $management
    return answers[0]


async def test_rules_over_management(running: tuple[ServiceBusServer, ServiceBusAdministrationClient]) -> None:
    server, _ = running
    added = {
        "rule-name": "red",
        "rule-description": {
            "sql-filter": {"expression": "color = 'red'"},
            "sql-rule-action": {"expression": "SET seen = 1"},
        },
    }
    correlated = {"label": "paid", "properties": {"size": 1}}
    assert (await managed(server, "add-rule", added))[0] == 200
    await managed(server, "add-rule", {"rule-name": "c", "rule-description": {"correlation-filter": correlated}})
    assert (await managed(server, "remove-rule", {"rule-name": "$Default"}))[0] == 200
    status, found = await managed(server, "enumerate-rules", {"top": 10, "skip": 0})
    assert status == 200
    rules = found[b"rules"]
    assert [rule[b"rule-description"][2] for rule in rules] == [b"red", b"c"]
    assert rules[0][b"rule-description"][0][0] == b"color = 'red'"
    assert rules[0][b"rule-description"][1][0] == b"SET seen = 1"
    assert rules[1][b"rule-description"][0][4] == b"paid"
    assert await received(
        server,
        ServiceBusMessage("1", application_properties={"color": "red"}),
        ServiceBusMessage("2", application_properties={"color": "blue"}),
        ServiceBusMessage("3", subject="paid", application_properties={"size": 1}),
    ) == ["1", "3"]
    assert (await managed(server, "enumerate-rules", {"top": 10, "skip": 2}))[0] == 204


async def test_management_refuses_what_makes_no_sense(
    running: tuple[ServiceBusServer, ServiceBusAdministrationClient],
) -> None:
    subscription = running[0].broker.entities["news/subscriptions/all"]
    filters: dict[str, Any] = {"sql-filter": {"expression": "= 1"}}
    for operation, body, condition in (
        ("add-rule", {"rule-name": "$default", "rule-description": {}}, "com.microsoft:entity-already-exists"),
        ("add-rule", {"rule-name": "bad", "rule-description": filters}, "com.microsoft:argument-error"),
        ("remove-rule", {"rule-name": "none"}, "amqp:not-found"),
    ):
        with pytest.raises(AmqpError) as refusal:
            OPERATIONS[operation](subscription, body)
        assert refusal.value.condition == condition
    (only,) = (OPERATIONS["enumerate-rules"](subscription, {}) or {})["rules"]
    described = only["rule-description"]
    assert isinstance(described, Described)
    assert (described.descriptor, described.value[2]) == (0x13700000004, "$Default")
    assert (described.value[0].descriptor, described.value[1].descriptor) == (0x1370000007, 0x13700000005)
    assert isinstance(described.value[3], Timestamp)
