"""Between rows and the objects of the engine."""

import json
from datetime import UTC, datetime
from typing import Any

from localcloud.durable.model import InstanceQuery, InstanceState, RuntimeStatus
from localcloud.durable.store.model import Message, NewInstance, Work

STATE_COLUMNS = "id, name, execution_id, status, created, updated, input, output, custom_status, version, parent_id"

Row = tuple[Any, ...]


def time_text(when: datetime | None) -> str | None:
    """A time as text that sorts."""
    return None if when is None else when.astimezone(UTC).isoformat(timespec="microseconds")


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def state_of(row: Row) -> InstanceState:
    """The state in a row of `STATE_COLUMNS`."""
    instance_id, name, execution_id, status, created, updated, *texts = row
    return InstanceState(
        instance_id,
        name,
        execution_id,
        RuntimeStatus(status),
        datetime.fromisoformat(created),
        datetime.fromisoformat(updated),
        *texts,
    )


def instance_row(new: NewInstance) -> Row:
    """A new instance as a row of `STATE_COLUMNS` and the started event."""
    state = new.state
    return (
        state.instance_id,
        state.name,
        state.execution_id,
        state.status.value,
        time_text(state.created),
        time_text(state.updated),
        state.input,
        state.output,
        state.custom_status,
        state.version,
        state.parent_instance_id,
        json.dumps(new.started),
    )


def work_row(instance_id: str, work: Work) -> Row:
    """A piece of work as a row."""
    times = time_text(work.fire_at), time_text(work.created)
    return (instance_id, work.task_id, work.kind, work.name, work.input, *times)


def work_of(row: Row) -> Work:
    """The work in a row without its instance's id."""
    task_id, kind, name, input_text, fire_at, created = row
    return Work(task_id, kind, name, input_text, _time(fire_at), _time(created))


def message_of(row: Row) -> Message:
    """The message in a row."""
    key, instance_id, execution_id, event = row
    return Message(key, instance_id, execution_id, json.loads(event))


def where(query: InstanceQuery) -> tuple[str, list[Any]]:
    """The condition of a query and its values."""
    conditions: list[str] = ["1"]
    values: list[Any] = []
    for column, comparison, bound in (
        ("created", ">=", time_text(query.created_from)),
        ("created", "<=", time_text(query.created_to)),
        ("id", ">", query.after_id),
        ("id", ">=", query.id_prefix),
    ):
        if bound is not None:
            conditions.append(f"{column} {comparison} ?")
            values.append(bound)
    if query.id_prefix:
        conditions.append("substr(id, 1, ?) = ?")
        values += [len(query.id_prefix), query.id_prefix]
    if query.statuses:
        conditions.append(f"status IN ({','.join('?' * len(query.statuses))})")
        values += sorted(status.value for status in query.statuses)
    return " AND ".join(conditions), values
