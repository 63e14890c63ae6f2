"""Dates as calendar files (RFC 5545)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Appointment:
    """Something that happens at a time, for one's calendar; `number` makes it the same one when it moves."""

    number: str
    host: str
    version: int
    starts_at: datetime
    ends_at: datetime | None
    summary: str
    place: str = ""
    url: str = ""
    note: str = ""
    made_at: datetime
    is_cancelled: bool = False
    reminders: tuple[timedelta, ...] = ()


def write(given: Appointment) -> bytes:
    """Return an appointment as an iCalendar file; a later version replaces it in the person's calendar."""
    event = Event()
    event.add("uid", f"{given.number}@{given.host}")
    event.add("sequence", given.version)
    event.add("dtstamp", given.made_at)
    event.add("dtstart", given.starts_at)
    event.add("dtend", given.ends_at or given.starts_at + HOUR)
    event.add("summary", given.summary)
    event.add("status", "CANCELLED" if given.is_cancelled else "CONFIRMED")
    for name, value in (("location", given.place), ("url", given.url), ("description", given.note)):
        if value:
            event.add(name, value)
    for before in given.reminders:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", given.summary)
        alarm.add("trigger", -before)
        event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//Vigie//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    kept: bytes = calendar.to_ical()
    return kept
