"""host.json's durable part."""

from typing import Any

import pytest

from localcloud.durable.options import DurableOptions
from localcloud.host.model import HostError


def read(section: Any, **settings: str) -> DurableOptions:
    return DurableOptions.from_host_json({"version": "2.0", "extensions": {"durableTask": section}}, settings)


def test_without_a_section_the_defaults_hold() -> None:
    assert DurableOptions.from_host_json({}, {}) == DurableOptions()
    assert DurableOptions.from_host_json({"extensions": None}, {}) == DurableOptions()
    assert DurableOptions().hub_name == "TestHubName"
    assert DurableOptions().activity_slots >= 10


def test_known_keys_count_and_unknown_ones_never_fail() -> None:
    options = read(
        {
            "hubName": "ShopHub",
            "maxConcurrentActivityFunctions": 3,
            "MaxConcurrentOrchestratorFunctions": 4,
            "overridableExistingInstanceStates": "AnyState",
            "storeInputsInOrchestrationHistory": True,
            "storageProvider": {"type": "mssql"},
            "surprise": [1],
        }
    )
    assert options == DurableOptions("ShopHub", 3, 4, any_state_overridable=True, store_inputs=True)
    assert (options.activity_slots, options.orchestrator_slots) == (3, 4)


def test_numbers_and_switches_may_be_texts() -> None:
    options = read({"maxConcurrentActivityFunctions": "3", "storeInputsInOrchestrationHistory": "True"})
    assert (options.activity_slots, options.store_inputs) == (3, True)


def test_the_hub_name_may_come_from_a_setting() -> None:
    assert read({"hubName": "%HUB%"}, HUB="FromSetting").hub_name == "FromSetting"
    with pytest.raises(HostError, match="names the app setting 'HUB', which doesn't exist"):
        read({"hubName": "%HUB%"})


@pytest.mark.parametrize("name", ["ab", "has-dash", "1st", "x" * 46])
def test_a_hub_name_that_azure_refuses_is_refused(name: str) -> None:
    with pytest.raises(HostError, match="should contain only alphanumeric"):
        read({"hubName": name})


@pytest.mark.parametrize("value", [0, -1, "many", True, 1.5])
def test_a_limit_that_is_no_count_is_refused_by_name(value: Any) -> None:
    with pytest.raises(HostError, match=r"extensions\.durableTask\.maxConcurrentActivityFunctions"):
        read({"maxConcurrentActivityFunctions": value})
