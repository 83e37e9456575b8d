"""Daily windows: half-open, across midnight, on the days when clocks change."""

from datetime import UTC, datetime, time, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from escrow_chain.terms.window import DailyWindow
from escrow_chain.terms.zones import zone

CLOCK = st.times().map(lambda clock: f"{clock:%H:%M}")
ZONES = st.sampled_from(
    ["Africa/Kampala", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001


def on_the_wall(moment: datetime, zone_name: str) -> time:
    """What the clocks of a zone show."""
    return moment.astimezone(zone(zone_name)).time()


def window(start: str, end: str) -> DailyWindow:
    """The window between two times of day."""
    return DailyWindow.model_validate({"start_time": start, "end_time": end})


def utc(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        ("2025-06-30T04:59:59.999999", False),
        ("2025-06-30T05:00:00", True),
        ("2025-06-30T14:59:59.999999", True),
        ("2025-06-30T15:00:00", False),
    ],
)
def test_a_window_is_half_open_in_local_time(moment: str, inside: bool) -> None:
    """08:00 to 18:00 in Kampala is 05:00 to 15:00 UTC, the first instant in and the last one out."""
    assert window("08:00", "18:00").contains(on_the_wall(utc(moment), "Africa/Kampala")) is inside


@pytest.mark.parametrize(
    ("moment", "inside"),
    [("18:59:59", False), ("19:00:00", True), ("21:00:00", True), ("02:59:59", True), ("03:00:00", False)],
)
def test_a_window_may_cross_midnight(moment: str, inside: bool) -> None:
    """22:00 to 06:00 in Kampala."""
    assert window("22:00", "06:00").contains(on_the_wall(utc(f"2025-06-30T{moment}"), "Africa/Kampala")) is inside


def minutes_inside(zone_name: str, day: str, start: str, end: str) -> int:
    """How many minutes of a UTC day lie in a window."""
    first = utc(f"{day}T00:00:00")
    asked = window(start, end)
    return sum(asked.contains(on_the_wall(first + timedelta(minutes=minute), zone_name)) for minute in range(24 * 60))


def test_an_hour_that_comes_twice_counts_twice() -> None:
    """Berlin, 26 October 2025: 02:00 to 03:00 lasts two hours."""
    assert minutes_inside("Europe/Berlin", "2025-10-26", "02:00", "03:00") == 120
    assert minutes_inside("Europe/Berlin", "2025-10-25", "02:00", "03:00") == 60


def test_an_hour_that_is_left_out_does_not_count() -> None:
    """Berlin, 30 March 2025: there is no 02:00 to 03:00."""
    assert minutes_inside("Europe/Berlin", "2025-03-30", "02:00", "03:00") == 0
    assert minutes_inside("Europe/Berlin", "2025-03-29", "02:00", "03:00") == 60


@given(CLOCK, CLOCK, MOMENTS, ZONES)
def test_a_window_and_its_complement_share_no_moment_and_miss_none(
    start: str, end: str, moment: datetime, zone_name: str
) -> None:
    """Whatever the zone and the day, every moment is in one of the two."""
    assume(start != end)
    inside = window(start, end).contains(on_the_wall(moment, zone_name))
    outside = window(end, start).contains(on_the_wall(moment, zone_name))
    assert inside is not outside


@given(CLOCK, CLOCK, MOMENTS, ZONES, st.integers(-14 * 60, 14 * 60))
def test_a_moment_is_judged_the_same_in_whatever_zone_it_is_written(
    start: str, end: str, moment: datetime, zone_name: str, offset: int
) -> None:
    """A moment is a moment; only the window's zone counts."""
    assume(start != end)
    asked = window(start, end)
    written = moment.astimezone(timezone(timedelta(minutes=offset)))
    assert asked.contains(on_the_wall(written, zone_name)) is asked.contains(on_the_wall(moment, zone_name))
