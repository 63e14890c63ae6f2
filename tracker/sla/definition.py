"""Read a calendar from a plain mapping (see data/calendars)."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from . import errors
from .calendar import BusinessCalendar, Opening, Season, Week
from .holidays import HolidayRules

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def calendar(mapping: Mapping[str, Any], source: str, *, office: str = "city_hall") -> BusinessCalendar:
    """Build the calendar of one office. Raises InvalidCalendar naming the source and the mistake."""
    try:
        hours = mapping["offices"][office]
        return BusinessCalendar(
            zone=ZoneInfo(mapping["zone"]),
            week=_week(hours["week"]),
            holidays=_holidays(mapping.get("holidays") or {}),
            seasonal=tuple((_season(one), _week(one["week"])) for one in hours.get("seasonal") or ()),
        )
    except KeyError as missing:
        raise errors.InvalidCalendar(source, f"{office}: {missing} is missing") from None
    except (ValueError, TypeError, AttributeError, ZoneInfoNotFoundError) as wrong:
        raise errors.InvalidCalendar(source, f"{office}: {wrong}") from None


def seasons(mapping: Mapping[str, Any], source: str) -> dict[str, Season]:
    """Return the seasons by code. Raises InvalidCalendar naming the source and the mistake."""
    found: dict[str, Season] = {}
    for code, one in (mapping.get("seasons") or {}).items():
        try:
            found[code] = _season(one)
        except KeyError as missing:
            raise errors.InvalidCalendar(source, f"seasons.{code}: {missing} is missing") from None
        except (ValueError, TypeError, AttributeError) as wrong:
            raise errors.InvalidCalendar(source, f"seasons.{code}: {wrong}") from None
    return found


def _holidays(mapping: Mapping[str, Any]) -> HolidayRules:
    return HolidayRules(
        good_friday=mapping.get("good_friday", True),
        easter_monday=mapping.get("easter_monday", True),
        extras=tuple(_month_day(text) for text in mapping.get("extras") or ()),
        closed=frozenset(date.fromisoformat(str(text)) for text in mapping.get("closed") or ()),
    )


def _season(mapping: Mapping[str, Any]) -> Season:
    return Season(first=_month_day(mapping["from"]), last=_month_day(mapping["to"]))


def _month_day(text: str) -> tuple[int, int]:
    day = date.fromisoformat(f"2023-{text}")  # not a leap year: a yearly date must exist every year
    return day.month, day.day


def _week(mapping: Mapping[str, list[str]]) -> Week:
    unknown = set(mapping) - set(DAYS)
    if unknown:
        raise ValueError(f"unknown day {sorted(unknown)[0]!r}")
    return tuple(tuple(_opening(text) for text in mapping.get(day) or ()) for day in DAYS)


def _opening(text: str) -> Opening:
    opens, _, closes = text.partition("-")
    return _minutes(opens), _minutes(closes)


def _minutes(text: str) -> int:
    hour, _, minute = text.strip().partition(":")
    return int(hour) * 60 + int(minute)
