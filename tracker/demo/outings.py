"""The example's activities and shows, moved to the weeks that follow the demo's last day."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

from tracker.bookings.halls import MOMENTS

AHEAD = timedelta(days=12)
WEEK = timedelta(days=7)


def brought_near(given: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Return a file of what is lent with every date moved by the same whole weeks, weekdays kept.

    The first activity or show begins within the week that follows twelve days from now, so that registration,
    which opens some weeks earlier, is open.
    """
    moved: dict[str, Any] = deepcopy(dict(given))
    rules = [entry.get("rules") or {} for entry in moved.get("resources", {}).values()]
    begins = [datetime.fromisoformat(each["begins"]).date() for each in rules if "begins" in each]
    if not begins:
        return moved
    shift = WEEK * -((min(begins) - today - AHEAD) // WEEK)
    for each in rules:
        for name in MOMENTS:
            if name in each:
                each[name] = (datetime.fromisoformat(each[name]) + shift).isoformat(timespec="minutes")
    return moved
