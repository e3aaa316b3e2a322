"""Faults of Service Bus: in a test, and on the command line."""

import json
from pathlib import Path

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage
from azure.servicebus.exceptions import ServiceBusServerBusyError

from localcloud.cli.parser import main
from localcloud.testing.cloud import Cloud

RULE = {"operation": "send", "error": "com.microsoft:server-busy", "count": 2}


def test_a_fault_lasts_as_long_as_its_block(cloud: Cloud) -> None:
    with (
        ServiceBusClient.from_connection_string(cloud.connection_strings["ServiceBus"], retry_total=0) as client,
        client.get_queue_sender("orders") as sender,
    ):
        with cloud.faults.service_bus(operation="send", error="com.microsoft:server-busy") as number:
            with pytest.raises(ServiceBusServerBusyError):
                sender.send_messages(ServiceBusMessage("a"))
            assert cloud.faults.service_bus_hits(number) == 1
        sender.send_messages(ServiceBusMessage("b"))
    assert len(cloud.service_bus.broker.entities["orders"].messages) == 1
    assert cloud.service_bus.faults.list() == []


def test_the_command_line_sets_lists_and_clears(
    cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ready.json"
    path.write_text(json.dumps({"serviceBusAdmin": f"http://127.0.0.1:{cloud.service_bus.admin_port}"}))
    faults = ["faults", "--service-bus", "--ready-file", str(path)]
    assert main([*faults, "set", json.dumps(RULE)]) == 0
    number = json.loads(capsys.readouterr().out)["id"]
    assert main([*faults, "list"]) == 0
    assert json.loads(capsys.readouterr().out) == {"faults": [{"id": number, "hits": 0, **RULE}]}
    assert main([*faults, "set", '{"lockLost": true, "operation": "send"}']) == 1
    assert "settle" in capsys.readouterr().err
    assert main([*faults, "clear", str(number)]) == 0
    assert json.loads(capsys.readouterr().out) == {"cleared": 1}
    assert cloud.service_bus.faults.list() == []


def test_a_localcloud_without_service_bus_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ready.json"
    path.write_text('{"cosmos": "http://127.0.0.1:9"}')
    assert main(["faults", "--service-bus", "--ready-file", str(path), "list"]) == 2
    assert "Service Bus" in capsys.readouterr().err
