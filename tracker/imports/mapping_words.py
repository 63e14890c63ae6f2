"""Parts of a mapping made of words: columns, tables of words, patterns in closing words."""

import re
from collections.abc import Collection

from tracker.catalogue.entries import Entry, Ledger, Place
from tracker.catalogue.promises import Text
from tracker.imports import mapping
from tracker.imports.mapping import ClosingRule, Duplicates, Lookup, Template

EVERYTHING = Collection[str] | None
A_PATTERN = Text(fr="une expression régulière", en="a regular expression")
IN_BRACES = re.compile(r"{([^{}]+)}")


def words(entry: Entry, name: str, *, needed: bool = True) -> tuple[str, ...]:
    """Read one text or a list of them, empty only when not needed."""
    if entry.value(name) == [] and not needed:
        return ()
    if isinstance(entry.value(name), list):
        return entry.list_of_words(name)
    if not entry.has(name) and not needed:
        return ()
    word = entry.words(name)
    return (word,) if word else ()


def templates(entry: Entry, name: str) -> tuple[Template, ...]:
    return tuple(
        Template(text=each, columns=tuple(IN_BRACES.findall(each)) or (each,))
        for each in words(entry, name, needed=False)
    )


def lookup(entry: Entry, name: str, allowed: EVERYTHING) -> Lookup:
    """Read a table of words; a plain word stands for itself, whatever the row says."""
    if isinstance(entry.value(name), str):
        word = entry.words(name)
        _check_target(entry.ledger, entry.place.at(name), word, allowed)
        return Lookup(default=word)
    inner = entry.inside(name)
    columns = words(inner, "column")
    default = inner.words("default") if inner.has("default") else None
    if default:
        _check_target(inner.ledger, inner.place.at("default"), default, allowed)
    exact, wild = _values(inner.inside("values"), allowed) if inner.has("values") else ({}, ())
    if not exact and not wild and default is None and inner.is_real:
        inner.ledger.note(inner.place.at("values"), "absent")
    inner.close()
    return Lookup(columns=columns, exact=exact, wild=wild, default=default)


def _values(
    entry: Entry, allowed: EVERYTHING
) -> tuple[dict[str, str], tuple[tuple[re.Pattern[str], str], ...]]:
    """Read `our word: [their words]`; a word of theirs has one meaning only."""
    exact: dict[str, str] = {}
    wild: list[tuple[re.Pattern[str], str]] = []
    for target in entry.names():
        _check_target(entry.ledger, entry.place.at(target), target, allowed)
        for theirs in words(entry, target):
            folded = mapping.fold(theirs)
            if exact.setdefault(folded, target) != target:
                entry.ledger.note(entry.place.at(target), "duplicate_label", value=theirs)
            if "*" in folded:
                del exact[folded]
                wild.append((re.compile(".*".join(map(re.escape, folded.split("*"))), re.DOTALL), target))
    return exact, tuple(wild)


def _check_target(ledger: Ledger, place: Place, word: str, allowed: EVERYTHING) -> None:
    if allowed is not None and word not in allowed:
        ledger.note(place, "unknown", value=word, expected=", ".join(allowed))


def closing_column(entry: Entry) -> str | None:
    return entry.inside("closing").words("column") if entry.has("closing") else None


def closing(entry: Entry) -> tuple[ClosingRule, ...]:
    if not entry.has("closing"):
        return ()
    inner = entry.inside("closing")
    inner.has("column")
    found = tuple(_closing_rule(each) for each in inner.items("rules"))
    inner.close()
    return found


def _closing_rule(entry: Entry) -> ClosingRule:
    found = ClosingRule(
        says=_pattern(entry, "says") or re.compile(""),
        status=entry.choice("status", mapping.DONE_STATUSES) if entry.has("status") else None,
        outcome=entry.choice("outcome", mapping.OUTCOMES) if entry.has("outcome") else None,
        reason=entry.choice("reason", mapping.REASONS) if entry.has("reason") else None,
    )
    entry.close()
    return found


def duplicates(entry: Entry) -> Duplicates:
    parent = _pattern(entry, "parent") if entry.has("parent") else None
    if parent is not None and "id" not in parent.groupindex:
        entry.ledger.note(entry.place.at("parent"), "bad_type", value=parent.pattern, expected="(?P<id>…)")
    number = entry.words("number") if entry.has("number") else "{id}"
    if "{id}" not in number:
        entry.ledger.note(entry.place.at("number"), "bad_type", value=number, expected="…{id}…")
    found = Duplicates(
        column=entry.words("column"),
        says=_pattern(entry, "says") if entry.has("says") else None,
        parent=parent,
        number=number,
    )
    entry.close()
    return found


def _pattern(entry: Entry, name: str) -> re.Pattern[str] | None:
    written = entry.words(name)
    try:
        return re.compile(written)
    except re.error:
        entry.ledger.note(entry.place.at(name), "bad_type", value=written, expected=A_PATTERN)
        return None
