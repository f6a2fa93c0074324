"""Working hours, as the setting writes them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from bot.days import BEIJING
from bot.settings import SettingsError, read_settings
from bot.staff.hours import Hours, parse_days, parse_hours

OFFICE = "Mon-Fri 09:00-12:00, Mon-Fri 14:00-17:30"


def at(day: int, clock: str) -> datetime:
    """A moment of October 2025: the 6th is a Monday."""
    return datetime.fromisoformat(f"2025-10-{day:02d}T{clock}").replace(tzinfo=BEIJING)


def test_without_hours_somebody_is_always_there() -> None:
    assert Hours().open_at(at(12, "03:00"))


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        (at(6, "09:00"), True),
        (at(6, "08:59"), False),
        (at(6, "12:00"), False),
        (at(6, "13:30"), False),
        (at(6, "17:29"), True),
        (at(6, "17:30"), False),
        (at(11, "10:00"), False),
    ],
)
def test_the_end_is_not_included_and_noon_is_free(moment: datetime, there: bool) -> None:
    assert Hours(parse_hours(OFFICE)).open_at(moment) is there


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        (at(6, "08:00"), at(6, "09:00")),
        (at(6, "12:30"), at(6, "14:00")),
        (at(6, "18:00"), at(7, "09:00")),
        (at(10, "18:00"), at(13, "09:00")),
    ],
)
def test_the_next_opening(moment: datetime, opens: datetime) -> None:
    assert Hours(parse_hours(OFFICE)).next_opening(moment) == opens


def test_holidays_and_weekends_that_are_worked() -> None:
    off, on = parse_days("2025-10-01..2025-10-08, +2025-10-11")
    hours = Hours(parse_hours(OFFICE), off, on)
    assert len(off) == 8
    assert not hours.open_at(at(8, "10:00"))
    assert hours.next_opening(at(1, "10:00")) == at(9, "09:00")
    assert hours.open_at(at(11, "10:00")), "a Saturday that is worked"
    assert not hours.open_at(at(12, "10:00"))


def test_a_week_may_wrap_around_and_a_day_may_last_until_midnight() -> None:
    hours = Hours(parse_hours("Sat-Mon 18:00-24:00；wed 00:00-24:00"))
    there = [day for day in range(6, 13) if hours.open_at(at(day, "23:59"))]
    assert there == [6, 8, 11, 12]


def test_nobody_is_ever_there() -> None:
    off = frozenset(date.fromordinal(date(2025, 10, 1).toordinal() + n) for n in range(60))
    assert Hours(parse_hours("Mon 09:00-10:00"), off).next_opening(at(1, "10:00")) is None


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("POLICYBOT_HOURS", "9-5", "写作 Mon-Fri 09:00-17:30"),
        ("POLICYBOT_HOURS", "Mon-Fry 09:00-17:30", "写作 Mon-Fri"),
        ("POLICYBOT_HOURS", "Mon 25:00-26:00", "没有这样的钟点"),
        ("POLICYBOT_HOURS", "Mon 17:00-09:00", "结束不在开始之后"),
        ("POLICYBOT_HOLIDAYS", "2025-13-01", "不是日期"),
        ("POLICYBOT_HOLIDAYS", "2025-10-08..2025-10-01", "结束不在开始之后"),
        ("POLICYBOT_HOLIDAYS", "2025-10-01", "只在设了 POLICYBOT_HOURS 时有用"),
    ],
)
def test_a_fault_of_the_settings_is_named_with_how_to_write_it(name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        read_settings({name: value})
    assert says in str(caught.value)
