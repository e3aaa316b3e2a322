"""Config.json of the official emulator, in a running server."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from localcloud.servicebus.broker.definitions import DefinitionError
from localcloud.servicebus.broker.queue import Queue
from localcloud.servicebus.server import ServiceBusServer

SETTINGS = {
    "DeadLetteringOnMessageExpiration": False,
    "DefaultMessageTimeToLive": "PT1H",
    "ForwardDeadLetteredMessagesTo": "",
    "ForwardTo": "",
    "LockDuration": "PT1M",
    "MaxDeliveryCount": 3,
    "RequiresSession": False,
}
DUPLICATES = {"DuplicateDetectionHistoryTimeWindow": "PT20S", "RequiresDuplicateDetection": True}
SYSTEM = {"FilterType": "Correlation", "CorrelationFilter": {"ContentType": "text", "Label": "l", "To": "xyz"}}
USER = {"FilterType": "Correlation", "CorrelationFilter": {"Properties": {"Prop3": "value3"}}}
SQL = {
    "FilterType": "Sql",
    "SqlFilter": {"SqlExpression": "sys.MessageId = 'm' AND userProp1 = 'v'"},
    "Action": {"SqlExpression": "SET sys.To = 'Entity'"},
}
CONFIG: dict[str, Any] = {
    "UserConfig": {
        "Namespaces": [
            {
                "Name": "sbemulatorns",
                "Queues": [{"Name": "queue.1", "Properties": SETTINGS | DUPLICATES}],
                "Topics": [
                    {
                        "Name": "topic.1",
                        "Properties": {"DefaultMessageTimeToLive": "PT1H", **DUPLICATES},
                        "Subscriptions": [
                            {
                                "Name": f"subscription.{number}",
                                "Properties": SETTINGS,
                                "Rules": [{"Name": "rule", "Properties": rule}],
                            }
                            for number, rule in enumerate((SYSTEM, USER, SQL), 1)
                        ]
                        + [{"Name": "subscription.4", "Properties": SETTINGS}],
                    }
                ],
            }
        ],
        "Logging": {"Type": "File"},
    }
}


async def test_entities_and_rules_of_the_configuration_work(tmp_path: Path) -> None:
    server = ServiceBusServer(tmp_path, resources=CONFIG)
    await server.start()
    try:
        queue = server.broker.entities["queue.1"]
        assert isinstance(queue, Queue)
        assert (queue.options.max_delivery_count, queue.options.lock_duration) == (3, 60_000)
        async with ServiceBusClient.from_connection_string(server.connection_string, retry_total=0) as client:
            async with client.get_queue_sender("queue.1") as sender:
                await sender.send_messages(
                    [ServiceBusMessage("a", message_id="1"), ServiceBusMessage("b", message_id="1")]
                )
            async with client.get_topic_sender("topic.1") as sender:
                await sender.send_messages(ServiceBusMessage("x", content_type="text", subject="l", to="xyz"))
                await sender.send_messages(ServiceBusMessage("y", application_properties={"Prop3": "value3"}))
                await sender.send_messages(
                    ServiceBusMessage("z", message_id="m", application_properties={"userProp1": "v"})
                )
            expected = {1: [("x", "xyz")], 2: [("y", None)], 3: [("z", "Entity")]}
            for number, messages in expected.items():
                async with client.get_subscription_receiver("topic.1", f"subscription.{number}") as receiver:
                    found = await receiver.receive_messages(5, max_wait_time=1)
                    assert [(str(message), message.to) for message in found] == messages
        assert len(queue.messages) == 1
        assert len(server.broker.entities["topic.1/subscriptions/subscription.4"].messages) == 3
    finally:
        await server.stop()


def changed(*path: str | int, value: object) -> dict[str, Any]:
    config = copy.deepcopy(CONFIG)
    place: Any = config["UserConfig"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return config


@pytest.mark.parametrize(
    ("config", "named"),
    [
        (changed("Namspaces", value=[]), r"UserConfig\.Namspaces"),
        (changed("Namespaces", 0, "Queue", value=[]), r"UserConfig\.Namespaces\.0\.Queue"),
        (changed("Namespaces", 0, "Queues", 0, "Properties", "MaxDeliverys", value=1), r"queues\.0\.maxDeliverys"),
        (changed("Namespaces", 0, "Queues", 0, "LockTime", value="PT1M"), r"queues\.0\.lockTime"),
        (
            changed("Namespaces", 0, "Queues", 0, "Properties", "LockDuration", value="1 minute"),
            r"lockDuration.*ISO 8601",
        ),
        (changed("Namespaces", 0, "Topics", 0, "Subscriptions", 0, "Rule", value=[]), r"subscriptions\.0\.rule"),
        ({"queues": [{"name": "q", "lockDurations": "PT1M"}]}, r"queues\.0\.lockDurations"),
        ({"queues": [{"name": "q", "properties": {"colour": "red"}}]}, r"queues\.0\.colour"),
        ({"queue": []}, r"queue: there is no such setting"),
    ],
)
async def test_an_unknown_setting_is_named_and_nothing_starts(
    tmp_path: Path, config: dict[str, Any], named: str
) -> None:
    server = ServiceBusServer(tmp_path, resources=config)
    with pytest.raises(DefinitionError, match=named):
        await server.start()
    untouched = ServiceBusServer(tmp_path)
    await untouched.start()
    assert not untouched.broker.entities
    await untouched.stop()


async def test_settings_under_properties_count_in_a_resources_file_too(tmp_path: Path) -> None:
    described = {"queues": [{"name": "q", "properties": {"maxDeliveryCount": 4}}]}
    server = ServiceBusServer(tmp_path, resources=described)
    await server.start()
    queue = server.broker.entities["q"]
    assert isinstance(queue, Queue)
    assert queue.options.max_delivery_count == 4
    await server.stop()


async def test_what_can_not_change_is_refused_at_start_and_the_queue_stays(tmp_path: Path) -> None:
    server = ServiceBusServer(tmp_path, resources={"queues": [{"name": "q"}, {"name": "r", "maxDeliveryCount": 2}]})
    await server.start()
    await server.stop()
    described = {"queues": [{"name": "r", "maxDeliveryCount": 5}, {"name": "q", "requiresSession": True}]}
    with pytest.raises(DefinitionError, match="requiresSession of q can't change"):
        await ServiceBusServer(tmp_path, resources=described).start()
    again = ServiceBusServer(tmp_path)
    await again.start()
    found = again.broker.entities["r"]
    assert isinstance(found, Queue)
    assert found.options.max_delivery_count == 2
    await again.stop()


def test_the_command_names_the_setting_and_ends(tmp_path: Path) -> None:
    file = tmp_path / "Config.json"
    file.write_text(json.dumps(changed("Namespaces", 0, "Queues", 0, "Properties", "Colour", value="red")))
    command = [sys.executable, "-m", "localcloud", "servicebus", "--port", "0", "--admin-port", "0"]
    ended = subprocess.run(
        [*command, "--data", str(tmp_path / "cloud"), "--resources", str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, "queues.0.colour: there is no such setting" in ended.stderr) == (1, True)
