"""The status of an instance as the API shows it."""

from datetime import UTC, datetime
from typing import Any

from localcloud.durable.api.history_view import history_view
from localcloud.durable.api.json_text import parsed
from localcloud.durable.model import HistoryEvent, InstanceState


def status_view(
    state: InstanceState,
    show_input: bool = True,
    history: list[HistoryEvent] | None = None,
    show_output: bool = False,
) -> dict[str, Any]:
    """The status body, keys in the real order; `historyEvents` only when a history is given.

    Raises DuplicateEventError for a history that the real extension can't show either.
    """
    version = {} if state.version is None else {"version": state.version}
    body = {
        "name": state.name,
        **version,
        "instanceId": state.instance_id,
        "runtimeStatus": state.status.value,
        "input": parsed(state.input) if show_input else None,
        "customStatus": parsed(state.custom_status),
        "output": parsed(state.output),
        "createdTime": _seconds(state.created),
        "lastUpdatedTime": _seconds(state.updated),
    }
    return body if history is None else {**body, "historyEvents": history_view(history, show_output)}


def _seconds(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
