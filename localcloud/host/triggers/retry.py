"""Retry policies (`@app.retry`): only timers and feed triggers honour them. Kept in memory, as on the real host."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from localcloud.clock import Clock
from localcloud.host.model import FunctionMetadata, Invocation, InvocationResult, Invoker
from localcloud.host.timespan import format_timespan, parse_timespan


@dataclass(frozen=True)
class RetryPolicy:
    """How often and after which delays a failed run is tried again."""

    max_retries: int
    """-1: for ever."""
    delay: timedelta
    longest: timedelta | None = None
    """The limit of an exponential back-off; None for a fixed delay."""

    def pause(self, attempt: int) -> timedelta:
        """The delay before the given retry (1 is the first)."""
        if self.longest is None:
            return self.delay
        return min(self.delay * int(2 ** min(attempt - 1, 30)), self.longest)


def retry_policy(function: FunctionMetadata) -> RetryPolicy | None:
    """The function's policy, None without one."""
    given = function.retry
    if not given:
        return None
    count = int(given.get("max_retry_count") or 0)
    if "exponential" in str(given.get("strategy", "")):
        shortest, longest = given.get("minimum_interval") or "0:0:0", given.get("maximum_interval") or "0:0:0"
        return RetryPolicy(count, parse_timespan(shortest), parse_timespan(longest))
    return RetryPolicy(count, parse_timespan(given.get("delay_interval") or "0:0:0"))


async def invoke_with_retries(
    invoker: Invoker, invocation: Invocation, policy: RetryPolicy | None, clock: Clock, log: Callable[[str], None]
) -> InvocationResult:
    """Runs a function until it succeeds or its policy is used up; returns the last result."""
    if policy is None:
        return await invoker.invoke(invocation)
    limit = policy.max_retries
    attempt, failure = 0, None
    while True:
        # every try is an invocation of its own with the same data
        fresh = Invocation(invocation.function, invocation.inputs).id
        result = await invoker.invoke(
            replace(invocation, id=fresh, retry_count=attempt, max_retry_count=limit, retry_exception=failure)
        )
        if result.failure is None or (attempt >= limit >= 0):
            return result
        attempt, failure = attempt + 1, str(result.failure)
        pause = policy.pause(attempt)
        log(
            f"Waiting for `{format_timespan(pause)}` before retrying function execution. "
            f"Next attempt: '{attempt}'. Max retry count: '{limit}'"
        )
        await clock.sleep_until(clock.now() + pause)
