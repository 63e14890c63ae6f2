"""The clock of promises, pure: calendars, business time, due dates, pauses. Standard library only."""

from .calendar import BusinessCalendar, Season
from .errors import InvalidCalendar, NeverOpen, SlaError
from .holidays import HolidayRules, quebec_holidays
from .hours import business_minutes
from .measure import Spent, spent
from .promise import UNITS, Pause, Promise, add_pause, due

__all__ = [
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
    "due",
    "quebec_holidays",
    "spent",
]
