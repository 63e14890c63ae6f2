"""Texts of a file turned into values: moments, coordinates, words."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Reader = Callable[[str], datetime | None]

# Sources write 1900-01-01 and the like where nothing is known.
EARLIEST = datetime(1950, 1, 1, tzinfo=UTC)


class BadDate(ValueError):
    """A text is not a date in any of the formats."""


def moments(formats: tuple[str, ...], zone: ZoneInfo) -> Reader:
    """Return a reader of dates, giving UTC; empty is None. The reader raises BadDate.

    A local time that the spring change skips is read as if the clocks had not moved (RFC 5545 §3.3.5); one
    that autumn repeats is the first of the two.
    """

    @lru_cache(maxsize=8192)
    def read(value: str) -> datetime | None:
        value = value.strip()
        if not value:
            return None
        local = _parsed(value, formats)
        try:
            return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
        except OverflowError:
            raise BadDate(value) from None

    return read


def _parsed(value: str, formats: tuple[str, ...]) -> datetime:
    for each in formats:
        try:
            return datetime.fromisoformat(value) if each == "iso" else datetime.strptime(value, each)  # noqa: DTZ007 -- localised by the caller
        except ValueError:
            continue
    raise BadDate(value)


def later_twin(moment: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the second instant of an hour that autumn repeats, None when the local time is not repeated."""
    local = moment.astimezone(zone)
    second = local.replace(fold=1).astimezone(UTC)
    return second if timedelta() < second - moment <= timedelta(hours=2) else None


def number(value: str, decimal: str) -> float | None:
    """Return a coordinate, None when the text is empty or is no number. May be infinite: 1e400."""
    value = value.strip()
    if not value:
        return None
    try:
        return float(value.replace(decimal, ".") if decimal != "." else value)
    except ValueError:
        return None


def words(value: str) -> str:
    """Return a text that PostgreSQL can hold: without NUL, and without spaces around."""
    return value.replace("\x00", "").strip()
