"""Reading what a person filled in for a transition, from JSON or a form, as the declared types."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from . import errors
from .table import Input, Transition, Words

MISSING = Words(fr="Il manque : {label}.", en="Missing: {label}.")
UNREADABLE = Words(fr="Valeur impossible pour « {label} ».", en="Impossible value for “{label}”.")
EMPTY = (None, "")
BOOLEANS = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}
LONGEST_TEXT = 10_000


def read(
    transition: Transition, given: Mapping[str, object], *, today: date | None = None
) -> dict[str, object]:
    """Return the declared inputs, read as their types; others are left aside, absent ones left out.

    A date that counts from `today` when it is left empty is filled in.

    Raises GuardRefused (`input_missing` or `input_invalid`) naming the field.
    """
    values: dict[str, object] = {}
    for asked in transition.inputs:
        value = given.get(asked.name)
        value = value.strip() if isinstance(value, str) else value
        if value not in EMPTY:
            values[asked.name] = _value(transition, asked, value)
        elif asked.days is not None and today is not None:
            values[asked.name] = today + timedelta(days=asked.days)
        elif asked.required:
            raise _refusal("input_missing", transition, asked, MISSING)
    return values


def _value(transition: Transition, asked: Input, value: object) -> object:
    try:
        if asked.type == "choice":
            return _choice(asked, value)
        return READERS[asked.type](value)
    except (ValueError, TypeError, OverflowError):
        raise _refusal("input_invalid", transition, asked, UNREADABLE) from None


def _choice(asked: Input, value: object) -> str:
    if value not in {choice.value for choice in asked.choices}:
        raise ValueError(value)
    return str(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    if len(value) > LONGEST_TEXT or "\0" in value:  # PostgreSQL keeps no NUL in a text
        raise ValueError("too long or unprintable")
    return value


def _key(value: object) -> str | int:
    """Read an identifier: a number or a code."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(value)
    return value


def _integer(value: object) -> int:
    if isinstance(value, bool | float):
        raise TypeError(value)
    return int(str(value))


def _number(value: object) -> float:
    number = float(_key(value) if not isinstance(value, float) else value)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError(value)
    return number


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() not in BOOLEANS:
        raise ValueError(value)
    return BOOLEANS[str(value).lower()]


def _date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return date.fromisoformat(str(value))


def _moment(value: object) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError("a moment needs its offset")
    if not 1900 <= moment.year < 2200:  # near the ends of the calendar a change of zone overflows
        raise ValueError("not a moment anybody can mean")
    return moment


READERS: dict[str, Callable[[object], object]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "datetime": _moment,
    "crew": _key,
    "case": _key,
    "service": _text,
    "department": _text,
    "district": _text,
}


def _refusal(guard: str, transition: Transition, asked: Input, words: Words) -> errors.GuardRefused:
    said = Words(fr=words.fr.format(label=asked.label.fr), en=words.en.format(label=asked.label.en))
    return errors.GuardRefused(guard, transition.name, said, asked.name)
