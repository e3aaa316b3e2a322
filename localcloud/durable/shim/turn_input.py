"""The JSON text that the SDK's orchestrator gets as its context."""

import json
from collections.abc import Sequence

from localcloud.durable.events import PLAYED_LATER
from localcloud.durable.model import HistoryEvent


def events_text(events: Sequence[HistoryEvent], *, played: bool, received: bool = False) -> str:
    """The events as JSON texts joined by commas, as their own turn (`played` False) or later ones show them.

    With `received`, an OrchestratorCompleted counts as played too: it began a generation after continue_as_new.
    """
    shown_played = PLAYED_LATER | {13} if received else PLAYED_LATER
    return ",".join(
        json.dumps({**event, "IsPlayed": True} if played and event["EventType"] in shown_played else event)
        for event in events
    )


def context_text(
    instance_id: str, started: HistoryEvent, history_text: str, *, replaying: bool, http_sleep_ms: int = 30000
) -> str:
    """The context around a history text.

    The two durations of long timers are left out on purpose: without them the SDK sets plain timers of any length.
    """
    parent = started["ParentInstance"]
    parent_id = json.dumps(parent["OrchestrationInstance"]["InstanceId"] if parent else None)
    return (
        f'{{"history":[{history_text}],"input":{started["Input"] or "null"},"instanceId":{json.dumps(instance_id)},'
        f'"isReplaying":{"true" if replaying else "false"},"parentInstanceId":{parent_id},"sourceInstanceId":null,'
        f'"upperSchemaVersion":1,"upperSchemaVersionNew":3,"defaultHttpAsyncRequestSleepTimeMillseconds":{http_sleep_ms}}}'
    )


def turn_input(history: Sequence[HistoryEvent], turn: int) -> str:
    """The context of turn number `turn` (from 0) of a history, as the orchestrator got it back then.

    A turn's own events are those up to what it scheduled. Raises IndexError when there is no such turn.
    """
    starts = [at for at, event in enumerate(history) if event["EventType"] == 12]
    begin = starts[turn]
    new = [history[begin]]
    for event in history[begin + 1 :]:
        if event["EventType"] in (1, 4, 7, 10, 12, 14) or (event["EventType"] == 13 and not event["IsPlayed"]):
            break
        new.append(event)
    own = [{**event, "IsPlayed": False} for event in new]
    before = events_text(history[:begin], played=True)
    text = events_text(own, played=False)
    started = history[1]
    instance_id = started["OrchestrationInstance"]["InstanceId"]
    return context_text(instance_id, started, f"{before},{text}" if before else text, replaying=turn > 0)
