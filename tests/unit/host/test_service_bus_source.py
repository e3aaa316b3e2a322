"""What a trigger's binding says about its messages."""

from typing import Any

import pytest

from localcloud.host.triggers.service_bus.source import source_of
from tests.unit.host.doubles import function


@pytest.mark.parametrize(
    ("given", "completes"), [({}, None), ({"autoComplete": False}, False), ({"autoCompleteMessages": True}, True)]
)
def test_a_trigger_may_say_who_settles_and_otherwise_host_json_does(given: dict[str, Any], completes: Any) -> None:
    binding = {"type": "serviceBusTrigger", "name": "m", "direction": "IN", "queueName": "q", **given}
    assert source_of(function("f", binding), {}).auto_complete is completes
