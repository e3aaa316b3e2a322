import io
import sys

import pytest

from localcloud.host.console import console_log


def ascii_console(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """Puts an ASCII console in place of standard output."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii", write_through=True))
    return written


def test_lines_are_written_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    console = ascii_console(monkeypatch)
    console_log("one\ntwo")
    assert console.getvalue() == b"one\ntwo\n"


def test_what_the_console_cant_show_is_escaped_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    console = ascii_console(monkeypatch)
    console_log("größe \ud800")
    assert console.getvalue() == b"gr\\xf6\\xdfe \\ud800\n"


def test_a_closed_console_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    console = ascii_console(monkeypatch)
    sys.stdout.close()
    console_log("unheard")
    assert console.closed
