import logging

import pytest

from localcloud.servicebus.broker.deadlines import Deadlines


def test_one_that_fails_is_logged_and_keeps_nobody_from_its_time(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    def fails() -> None:
        raise OverflowError("too far away")

    deadlines = Deadlines(lambda: None)
    deadlines.at(1, fails)
    deadlines.at(2, lambda: done.append("second"))
    with caplog.at_level(logging.ERROR):
        deadlines.run(2)
    assert (done, deadlines.next_ms) == (["second"], None)
    assert "too far away" in caplog.text
