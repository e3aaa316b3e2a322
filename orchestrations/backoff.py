"""Retries with exponential back-off. The SDK's RetryOptions knows a constant delay only."""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from azure.durable_functions import DurableOrchestrationContext

FIRST_DELAY = timedelta(seconds=1)
LONGEST_DELAY = timedelta(seconds=30)

Steps = Generator[Any, Any, Any]
"""What an orchestrator and its sub-generators are: they yield durable tasks and are sent the tasks' results."""


class StepExhaustedError(Exception):
    """An activity kept failing for as long as it was allowed to."""


def call_with_backoff(
    context: DurableOrchestrationContext, activity: str, request: dict[str, Any], budget_seconds: float
) -> Steps:
    """Calls an activity until it succeeds: after 1 s, 2 s, 4 s … 30 s, for `budget_seconds` at most.

    Returns its result; raises StepExhaustedError with the last failure as cause.
    """
    deadline = context.current_utc_datetime + timedelta(seconds=budget_seconds)
    delay = FIRST_DELAY
    while True:
        try:
            return (yield context.call_activity(activity, request))
        except Exception as error:  # an activity's failure, whatever it was: refusals are results
            if context.current_utc_datetime + delay > deadline:
                raise StepExhaustedError(activity) from error
        yield context.create_timer(context.current_utc_datetime + delay)
        delay = min(2 * delay, LONGEST_DELAY)
