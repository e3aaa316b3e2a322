"""By which names the engine finds the app's durable functions."""

from localcloud.durable.functions import FunctionTable
from localcloud.host.model import FunctionMetadata


def _activity(name: str, **trigger: str) -> FunctionMetadata:
    binding = {"type": "activityTrigger", "direction": "IN", "name": "order", **trigger}
    return FunctionMetadata(name, name, "", "function_app.py", name, [binding])


def test_a_trigger_that_names_its_function_is_called_by_that_name_only() -> None:
    table = FunctionTable({"pay": _activity("pay", activity="Charge"), "ship": _activity("ship")})

    assert table.find("activity", "CHARGE") == ("pay", "order")
    assert table.find("activity", "pay") is None
    assert table.find("activity", "Ship") == ("ship", "order")
    assert "'Charge', 'ship'" in table.unknown("activity", "pay")
