import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from localcloud.host.timespan import format_timespan, parse_timespan
from localcloud.host.triggers.schedule import ScheduleError, occurrences, parse_schedule, shortest_interval

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def next_ones(text: str, count: int = 3, start: datetime = START) -> list[str]:
    moments = itertools.islice(occurrences(parse_schedule(text, UTC), start), count)
    return [moment.strftime("%Y-%m-%d %H:%M:%S") for moment in moments]


def test_six_fields_begin_with_seconds() -> None:
    assert next_ones("*/20 * * * * *") == ["2026-01-01 12:00:20", "2026-01-01 12:00:40", "2026-01-01 12:01:00"]


def test_five_fields_fire_at_second_zero() -> None:
    assert next_ones("30 9 * * *", 2) == ["2026-01-02 09:30:00", "2026-01-03 09:30:00"]


def test_day_of_month_and_day_of_week_must_both_match() -> None:
    assert next_ones("0 0 0 13 * 5", 2) == ["2026-02-13 00:00:00", "2026-03-13 00:00:00"]


def test_names_and_ranges() -> None:
    assert next_ones("0 30 9 * Jan Mon-Fri", 3) == ["2026-01-02 09:30:00", "2026-01-05 09:30:00", "2026-01-06 09:30:00"]


def test_a_rare_date_is_found() -> None:
    assert next_ones("0 0 0 29 2 *", 1) == ["2028-02-29 00:00:00"]


def test_a_time_span_counts_from_the_last_firing() -> None:
    assert next_ones("00:00:03", 2) == ["2026-01-01 12:00:03", "2026-01-01 12:00:06"]


def test_a_time_zone_with_daylight_saving() -> None:
    zone = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    moments = itertools.islice(occurrences(parse_schedule("0 0 9 * * *", zone), before), 1)
    assert [moment.astimezone(UTC) for moment in moments] == [datetime(2026, 3, 29, 7, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 30 2 * * *", ["25 00:30", "26 01:30"]),
        ("0 */30 * * * *", ["25 00:00", "25 00:30", "25 01:00", "25 01:30", "25 02:00"]),
    ],
)
def test_a_given_hour_comes_once_when_clocks_are_set_back(text: str, expected: list[str]) -> None:
    before = datetime(2026, 10, 24, 23, 45, tzinfo=UTC)
    moments = itertools.islice(occurrences(parse_schedule(text, ZoneInfo("Europe/Berlin")), before), len(expected))
    assert [moment.astimezone(UTC).strftime("%d %H:%M") for moment in moments] == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*/20 * * * * *", "Cron: '0,20,40 * * * * *'"),
        ("* * * * *", "Cron: '* * * * *'"),
        ("0 30 9 * Jan Mon-Fri", "Cron: '0 30 9 * 1 1-5'"),
        ("0 0 1-3,5 * * *", "Cron: '0 0 1-3,5 * * *'"),
        ("00:00:03", "Constant: 00:00:03"),
        ("1.00:00:00", "Constant: 1.00:00:00"),
        ("24:00:00", "Constant: 24.00:00:00"),
        ("5", "Constant: 5.00:00:00"),
        ("0 5/15 * * * *", "Cron: '0 5,20,35,50 * * * *'"),
        ("0 0 9 * * Fri-Mon", "Cron: '0 0 9 * * 1-5'"),
        ("0 0 9 1 J,Septem *", "Cron: '0 0 9 1 1,9 *'"),
    ],
)
def test_a_schedule_is_shown_as_the_host_logs_it(text: str, shown: str) -> None:
    assert str(parse_schedule(text, UTC)) == shown


@pytest.mark.parametrize(
    "text",
    [
        "nope",
        "",
        "* * * *",
        "* * * * * * *",
        "60 * * * * *",
        "0 0 0 * * 7",
        "Janx 0 0 * * *",
        "0 0 0 * Janx *",
        "*/0 * * * * *",
        "00:00:00",
        "24:60:00",
        "99999999999",
        "0 0 0 L * *",
    ],
)
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(ScheduleError):
        parse_schedule(text, UTC)


def test_the_shortest_interval_of_the_next_firings() -> None:
    assert shortest_interval(parse_schedule("0,50 * * * * *", UTC), START) == timedelta(seconds=10)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("00:00:02", timedelta(seconds=2)),
        ("1.02:03:04.5", timedelta(days=1, hours=2, minutes=3, seconds=4.5)),
        ("00:05", timedelta(minutes=5)),
        ("1.12:24", timedelta(days=1, hours=12, minutes=24)),
        ("25:00:00:00", timedelta(days=25)),
        ("24:10:20", timedelta(days=24, hours=10, minutes=20)),
        ("2", timedelta(days=2)),
        ("-00:01:00", timedelta(minutes=-1)),
    ],
)
def test_time_spans_are_read(text: str, span: timedelta) -> None:
    assert parse_timespan(text) == span


def test_time_spans_are_written() -> None:
    assert format_timespan(timedelta(days=1, seconds=61, milliseconds=500)) == "1.00:01:01.5000000"


def test_a_date_that_does_not_exist_never_comes() -> None:
    assert next_ones("0 0 0 31 2 *", 2) == ["9999-12-31 00:00:00", "9999-12-31 00:00:00"]
