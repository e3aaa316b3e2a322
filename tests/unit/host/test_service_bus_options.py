import os
from datetime import timedelta
from typing import Any

import pytest

from localcloud.host.model import HostError
from localcloud.host.triggers.service_bus.options import FOR_EVER, ServiceBusOptions


def options(given: Any) -> ServiceBusOptions:
    return ServiceBusOptions.from_host_json({"extensions": {"serviceBus": given}})


def test_what_host_json_leaves_out_is_as_documented() -> None:
    assert ServiceBusOptions.from_host_json({}) == ServiceBusOptions(
        prefetch_count=0,
        auto_complete=True,
        lock_renewal=timedelta(minutes=5),
        max_concurrent_calls=16 * (os.cpu_count() or 1),
        max_concurrent_sessions=8,
        max_message_batch_size=1000,
        session_idle_timeout=timedelta(seconds=1),
    )


def test_keys_count_in_any_case_and_unknown_ones_not_at_all() -> None:
    given = {"PrefetchCount": 7, "AUTOCOMPLETEMESSAGES": False, "sessionIdleTimeout": "00:00:30", "other": []}
    found = options(given)
    assert (found.prefetch_count, found.auto_complete) == (7, False)
    assert found.session_idle_timeout == timedelta(seconds=30)


def test_an_infinite_renewal_of_dotnet_has_no_end() -> None:
    assert options({"maxAutoLockRenewalDuration": "-00:00:00.001"}).lock_renewal == FOR_EVER
    assert options({"maxAutoLockRenewalDuration": "00:00:00"}).lock_renewal == timedelta()


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ([], "extensions.serviceBus must be an object"),
        ({"maxConcurrentCalls": 0}, "maxConcurrentCalls must be a whole number from 1 on, not 0"),
        ({"prefetchCount": True}, "prefetchCount must be a whole number from 0 on, not True"),
        ({"autoCompleteMessages": "yes"}, "autoCompleteMessages must be true or false, not 'yes'"),
        ({"maxAutoLockRenewalDuration": "long"}, "maxAutoLockRenewalDuration is not a time span"),
    ],
)
def test_a_value_that_cannot_be_is_named(given: Any, text: str) -> None:
    with pytest.raises(HostError, match=text):
        options(given)
