"""Checking what a definition gives a guard or a sentence, so that a slip is refused when it is loaded."""

from collections.abc import Mapping
from string import Formatter
from typing import Any

from .table import Input, Words

COUNTERS = ("reopens", "reschedules", "extensions")
MOMENTS = ("received_at", "started_at", "completed_at", "closed_at", "marked_at", "offered_at", "issued_at")
NUMBERS = ("days", "max", "min", "radius_m")
LISTS = ("priorities", "outcomes", "services", "families", "values")
SENTENCE_WORDS = ("crew", "date", "reason", "partner", "parent", "rank")


def problem(name: str, value: Any, inputs: tuple[Input, ...]) -> str | None:
    """Return what is wrong with one parameter of a guard, or None."""
    if name == "what" and value not in COUNTERS:
        return f"unknown {value!r}; one of {', '.join(COUNTERS)}"
    if name == "since" and value not in MOMENTS:
        return f"unknown {value!r}; one of {', '.join(MOMENTS)}"
    if name in ("input", "when") and value not in {asked.name for asked in inputs}:
        return f"{value!r} is not an input of this transition"
    if name in NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
        return "must be a number"
    if name in LISTS and not (isinstance(value, list) and value):
        return "must be a list"
    return None


def unknown_word(words: Words, known: Mapping[str, object] | tuple[str, ...]) -> str | None:
    """Return a word in braces nobody will fill, or the malformed sentence itself, or None."""
    for sentence in (words.fr, words.en):
        try:
            wanted = {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
        except ValueError:
            return sentence
        for name in sorted(wanted):
            if name not in known:
                return name
    return None
