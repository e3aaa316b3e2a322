"""Which failures are waited out, and for how long."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError

from shared.errors import UnavailableError, ValidationError
from shared.messaging.patience import NotVisibleYetError, Patience

_QUICK = Patience(
    total=timedelta(milliseconds=900),
    for_visibility=timedelta(milliseconds=300),
    first_pause=timedelta(milliseconds=1),
    longest_pause=timedelta(milliseconds=16),
)


def _failing(error: Exception, times: int) -> tuple[Callable[[], Awaitable[None]], list[int]]:
    tries: list[int] = []

    async def work() -> None:
        tries.append(len(tries) + 1)
        if len(tries) <= times:
            raise error

    return work, tries


def _status(code: int) -> HttpResponseError:
    error = HttpResponseError("refused")
    error.status_code = code
    return error


@pytest.mark.parametrize(
    "error",
    [
        ServiceRequestError("away"),
        TimeoutError(),
        UnavailableError("busy"),
        _status(429),
        _status(449),
        _status(500),
        _status(503),
        NotVisibleYetError("not yet"),
    ],
)
async def test_what_passes_is_waited_out(error: Exception) -> None:
    work, tries = _failing(error, 3)
    await _QUICK.run(work)
    assert tries == [1, 2, 3, 4]


@pytest.mark.parametrize("error", [KeyError("bug"), ValidationError("wrong"), _status(400), _status(401)])
async def test_what_does_not_pass_is_raised_at_once(error: Exception) -> None:
    work, tries = _failing(error, 1)
    with pytest.raises(type(error)):
        await _QUICK.run(work)
    assert tries == [1]


async def test_patience_ends() -> None:
    work, tries = _failing(ServiceRequestError("away"), 10_000)
    began = asyncio.get_running_loop().time()
    with pytest.raises(ServiceRequestError):
        await _QUICK.run(work)
    assert len(tries) > 5
    assert asyncio.get_running_loop().time() - began < 5


async def test_what_is_not_there_is_given_up_sooner() -> None:
    work, tries = _failing(NotVisibleYetError("no order"), 10_000)
    with pytest.raises(NotVisibleYetError):
        await _QUICK.run(work)
    assert 3 <= len(tries) <= 25
