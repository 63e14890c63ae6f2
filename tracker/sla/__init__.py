"""The clock of promises, pure: calendars, business time, due dates, pauses. Standard library only."""

from .calendar import BusinessCalendar, Season
from .errors import InvalidCalendar, NeverOpen, SlaError
from .holidays import HolidayRules, quebec_holidays
from .hours import business_minutes
from .measure import Spent, spent
from .pauses import PAUSE_CAP, Pause, cap_left, counted, spent_at
from .promise import UNITS, Promise, add_pause, due

__all__ = [
    "PAUSE_CAP",
    "UNITS",
    "BusinessCalendar",
    "HolidayRules",
    "InvalidCalendar",
    "NeverOpen",
    "Pause",
    "Promise",
    "Season",
    "SlaError",
    "Spent",
    "add_pause",
    "business_minutes",
    "cap_left",
    "counted",
    "due",
    "quebec_holidays",
    "spent",
    "spent_at",
]
