"""Dates and delays in words, as a city writes them to its residents.

Pure functions of an instant, the present, a time zone and a language. French follows the Québec usage
(« 16 h 30 », no-break spaces), English the Canadian one (4:30 p.m.).
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

NBSP = "\N{NO-BREAK SPACE}"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def instant(value: str | datetime) -> datetime:
    """Return the instant that the API wrote down. Raises ValueError."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def time_of_day(moment: datetime, language: str) -> str:
    """Return « 16 h 30 » or 4:30 p.m. for an instant already in its zone."""
    if language == "fr":
        minutes = f"{NBSP}{moment.minute:02d}" if moment.minute else ""
        return f"{moment.hour}{NBSP}h{minutes}"
    half = "a.m." if moment.hour < 12 else "p.m."
    minutes = f":{moment.minute:02d}" if moment.minute else ""
    return f"{(moment.hour - 1) % 12 + 1}{minutes}{NBSP}{half}"


def day(value: date, today: date, language: str) -> str:
    """Return a day in words: today, tomorrow, a weekday of the days around, else its date."""
    distance = (value - today).days
    near = {
        "fr": {-1: "hier", 0: "aujourd’hui", 1: "demain"},
        "en": {-1: "yesterday", 0: "today", 1: "tomorrow"},
    }[language]
    if distance in near:
        return near[distance]
    return long_date(value, language, year=value.year != today.year)


def long_date(value: date, language: str, *, year: bool = False) -> str:
    """Return « mardi 21 avril » or Tuesday, April 21, with the year when asked."""
    if language == "en":
        return format_date(value, "EEEE, MMMM d, y" if year else "EEEE, MMMM d", locale="en_CA")
    number = "1er" if value.day == 1 else str(value.day)
    weekday, month = (format_date(value, pattern, locale="fr_CA") for pattern in ("EEEE", "MMMM"))
    tail = f" {value.year}" if year else ""
    return f"{weekday} {number}{NBSP}{month}{tail}"


def short_date(value: date, language: str, *, year: bool = False) -> str:
    """Return « 21 avr. » or Apr 21."""
    if language == "en":
        return format_date(value, "MMM d, y" if year else "MMM d", locale="en_CA").replace(".", "")
    month = format_date(value, "MMM", locale="fr_CA")
    return f"{'1er' if value.day == 1 else value.day}{NBSP}{month}{f' {value.year}' if year else ''}"


def moment(value: str | datetime, now: datetime, zone: str, language: str) -> str:
    """Return a day and a time in words: « mardi 21 avril à 16 h 30 »."""
    here, present = _local(value, zone), _local(now, zone)
    joined = "à" if language == "fr" else "at"
    return f"{day(here.date(), present.date(), language)} {joined} {time_of_day(here, language)}"


def stamp(value: str | datetime, now: datetime, zone: str, language: str) -> str:
    """Return a short day and time for a list: « 16 avr., 16 h 30 »."""
    here, present = _local(value, zone), _local(now, zone)
    text = short_date(here.date(), language, year=here.year != present.year)
    return f"{text}, {time_of_day(here, language)}"


def promised_day(value: str | datetime, now: datetime, zone: str, language: str) -> str:
    """Return the day something is promised for, without its time: « 21 avril »."""
    here, present = _local(value, zone), _local(now, zone)
    if language == "en":
        pattern = "MMMM d" if here.year == present.year else "MMMM d, y"
        return format_date(here.date(), pattern, locale="en_CA")
    return long_date(here.date(), "fr", year=here.year != present.year).partition(" ")[2]


def span(length: timedelta, language: str) -> str:
    """Return a length in its two largest units at most: « 5 h 20 », « 3 j »."""
    minutes = int(abs(length).total_seconds() // 60)
    if minutes < 60:
        return f"{minutes}{NBSP}min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        if not rest or hours >= 10:
            return f"{hours}{NBSP}h"
        return f"{hours}{NBSP}h{NBSP}{rest:02d}" if language == "fr" else f"{hours}{NBSP}h{NBSP}{rest}"
    return f"{hours // 24}{NBSP}{'j' if language == 'fr' else 'd'}"


def left(due: str | datetime, now: datetime, language: str) -> str:
    """Return what remains before a due date, « 5 h 20 », or by how much it is past, « +1 j »."""
    remaining = instant(due) - now
    return span(remaining, language) if remaining >= timedelta() else f"+{span(remaining, language)}"


def share_left(start: str | datetime, due: str | datetime, now: datetime) -> float:
    """Return the part of a promise that is still to come, from 1 (just begun) to 0 (due, or past)."""
    whole = (instant(due) - instant(start)).total_seconds()
    if whole <= 0:
        return 0.0
    return min(1.0, max(0.0, (instant(due) - now).total_seconds() / whole))


def _local(value: str | datetime, zone: str) -> datetime:
    return instant(value).astimezone(ZoneInfo(zone))
