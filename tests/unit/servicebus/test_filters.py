"""SQL filters, actions and correlation filters."""

import pytest

from localcloud.servicebus.broker.definitions import DefinitionError, parsed
from localcloud.servicebus.broker.filters.sql import FilterError, compile_action, compile_filter
from localcloud.servicebus.broker.filters.values import Properties


def properties() -> Properties:
    fields: list[object] = [None] * 13
    fields[3] = "paid"
    return Properties(fields, {"color": "red", "size": 3, "big": True})


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("color = 'red'", True),
        ("COLOR = 'red' and not size = 4", True),
        ("color = 'Red'", False),
        ("missing = 1", None),
        ("missing = 1 OR size % 2 = 1", True),
        ("missing = 1 AND size = 4", False),
        ("NOT (missing = 1)", None),
        ("missing IS NULL AND color IS NOT NULL", True),
        ("color IN ('blue', 'red')", True),
        ("size NOT IN (1, 2)", True),
        ("color LIKE 'r_d' AND color NOT LIKE 'b%'", True),
        ("color LIKE 'r!%d' ESCAPE '!'", False),
        ("EXISTS(size) AND NOT EXISTS(user.missing)", True),
        ("sys.Label = 'paid' AND sys.Subject = 'paid'", True),
        ("size * 2 - 1 = 5 AND -size < 0 AND size + 1 >= 4", True),
        ("size = '3'", None),
        ("big", True),
        ("[color] = 'red'", True),
        ("1=1", True),
    ],
)
def test_filters(text: str, answer: bool | None) -> None:
    assert compile_filter(text)(properties()) is answer


@pytest.mark.parametrize(
    "text", ["", "color =", "1 = = 2", "sys.Nothing = 1", "a = @b", "(" * 300, "a = 'x" * 5, "x" * 2000]
)
def test_bad_filters_are_refused(text: str) -> None:
    with pytest.raises(FilterError):
        compile_filter(text)


def test_actions_change_properties() -> None:
    changed = properties()
    compile_action("SET size = size + 1; REMOVE color SET sys.Label = 'done'")(changed)
    assert changed.user == {"size": 4, "big": True}
    assert changed.system("label") == "done"


def test_a_bad_rule_is_refused_with_its_place() -> None:
    rules = [{"name": "r", "sqlFilter": {"sqlExpression": "a ="}}]
    with pytest.raises(DefinitionError, match=r"topics\.0\.subscriptions\.0\.rules\.0.*'a ='"):
        parsed({"topics": [{"name": "t", "subscriptions": [{"name": "s", "rules": rules}]}]})


def test_the_official_emulators_configuration_is_understood() -> None:
    rule = {"Name": "r", "Properties": {"FilterType": "Correlation", "CorrelationFilter": {"ContentType": "json"}}}
    subscription = {"Name": "s", "Properties": {"LockDuration": "PT1M"}, "Rules": [rule]}
    queue = {"Name": "q", "Properties": {"RequiresSession": True, "DefaultMessageTimeToLive": "PT1H"}}
    topics = [{"Name": "t", "Properties": {}, "Subscriptions": [subscription]}]
    found = parsed({"UserConfig": {"Namespaces": [{"Name": "n", "Queues": [queue], "Topics": topics}]}})
    assert (found.queues[0].requires_session, found.queues[0].default_message_time_to_live) == (True, 3_600_000)
    rules = found.topics[0].subscriptions[0].rules or ()
    assert [rule.correlation_filter and rule.correlation_filter.content_type for rule in rules] == ["json"]
