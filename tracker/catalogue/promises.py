"""What is promised, how soon, and in which season."""

import calendar
from dataclasses import dataclass
from datetime import date

from tracker.catalogue.conditions import Condition, Facts

RESPOND, MAKE_SAFE, RESOLVE = "respond", "make_safe", "resolve"
STANDARD_KINDS = (RESPOND, MAKE_SAFE, RESOLVE)
UNITS = ("elapsed_h", "business_h", "business_days", "calendar_days")


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A human sentence or label in the two languages."""

    fr: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the English text for `en`, `en-CA`…, and the French one otherwise."""
        return self.en if language.lower().startswith("en") else self.fr


@dataclass(frozen=True, kw_only=True, slots=True)
class Standard:
    """A promise: `amount` of `unit`, when the conditions all hold.

    `elapsed_h` runs day and night, `business_h` during opening hours, `business_days` end at closing time of
    the Nth business day, `calendar_days` at the end of the Nth day. Zero means an automatic answer.
    `by` ("MM-DD") replaces the amount for work tied to a season: see `by_date`.
    """

    kind: str
    amount: int
    unit: str
    when: tuple[Condition, ...] = ()
    note: Text | None = None
    by: str | None = None
    lead_days: int = 0

    @property
    def is_automatic(self) -> bool:
        return self.amount == 0 and self.by is None

    def holds(self, known: Facts) -> bool:
        """Tell whether every condition is met."""
        return all(condition.holds(known) for condition in self.when)

    def by_date(self, received_on: date) -> date | None:
        """Return the first `by` day at least `lead_days` after `received_on`; None without a season."""
        if self.by is None:
            return None
        day = on_month_day(self.by, received_on.year)
        while (day - received_on).days < self.lead_days:
            day = on_month_day(self.by, day.year + 1)
        return day


@dataclass(frozen=True, kw_only=True, slots=True)
class Season:
    """Days of the year, both included, as "MM-DD"; may pass over the new year."""

    start: str
    end: str
    note: Text

    def contains(self, day: date) -> bool:
        """Tell whether the service takes reports on that day."""
        today = f"{day:%m-%d}"
        if self.start <= self.end:
            return self.start <= today <= self.end
        return today >= self.start or today <= self.end

    def next_opening(self, day: date) -> date:
        """Return the first opening day after `day`."""
        opening = on_month_day(self.start, day.year)
        return opening if opening > day else on_month_day(self.start, day.year + 1)


def on_month_day(month_day: str, year: int) -> date:
    """Return "MM-DD" in that year; 29 February becomes the 28th when there is none."""
    month, day = (int(part) for part in month_day.split("-"))
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
