"""Read values out of parsed YAML, noting every mistake and going on.

An `Entry` stands on one mapping. Each method reads one field; when it is wrong, the mistake is noted and a
harmless value of the right type returned, so that one reading finds everything there is to correct.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from tracker.catalogue.errors import CatalogueMistake
from tracker.catalogue.promises import Text
from tracker.catalogue.wording import SENTENCES

LANGUAGES = {"fr": Text(fr="français", en="French"), "en": Text(fr="anglais", en="English")}
A_TEXT = Text(fr="un texte", en="text")
A_WHOLE_NUMBER = Text(fr="un nombre entier", en="a whole number")
A_FLAG = Text(fr="true (oui) ou false (non)", en="true or false")
A_LIST = Text(fr="une liste", en="a list")
FIELDS = Text(fr="des champs « nom: valeur »", en="“name: value” fields")
MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
SHORT_MONTHS = {"02-30", "02-31", "04-31", "06-31", "09-31", "11-31"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where in the files a value stands; `field` is a dotted path."""

    file: str
    entry: str = ""
    field: str = ""

    def at(self, name: str) -> "Place":
        """Return the place of a field inside this one."""
        return replace(self, field=f"{self.field}.{name}" if self.field else name)


class Ledger:
    """The mistakes noted so far."""

    def __init__(self) -> None:
        self.mistakes: list[CatalogueMistake] = []

    def note(self, place: Place, sentence: str, **values: object) -> None:
        """Add a mistake; a `Text` among the values is put in the language of the sentence."""
        wording = SENTENCES[sentence]
        fr, en = (
            getattr(wording, language).format(
                **{k: getattr(v, language) if isinstance(v, Text) else v for k, v in values.items()}
            )
            for language in ("fr", "en")
        )
        self.mistakes.append(
            CatalogueMistake(file=place.file, entry=place.entry, field=place.field, fr=fr, en=en)
        )


class Entry:
    """One mapping of a file, read field by field; `close` notes the fields nobody asked for.

    `is_real` is False when the value was no mapping, which is noted at once.
    """

    def __init__(self, place: Place, value: Any, ledger: Ledger) -> None:
        self.place = place
        self.ledger = ledger
        self.is_real = isinstance(value, dict)
        self._asked: dict[str, None] = {}
        self._fields = {str(name): inner for name, inner in value.items()} if self.is_real else {}
        if not self.is_real:
            ledger.note(
                place, "absent" if value is None else "bad_type", value=_shown(value), expected=FIELDS
            )

    def has(self, name: str) -> bool:
        """Tell whether the field is there."""
        self._asked[name] = None
        return self._fields.get(name) is not None

    def words(self, name: str) -> str:
        """Read a text that is not empty."""
        value = self._of_type(name, str, A_TEXT)
        if value is not None and not value.strip():
            self.ledger.note(self.place.at(name), "empty")
        return value.strip() if value else ""

    def choice(self, name: str, allowed: Collection[str]) -> str:
        """Read one of the words allowed."""
        value = self._of_type(name, str, A_TEXT)
        if value is not None and value not in allowed:
            self.ledger.note(self.place.at(name), "unknown", value=value, expected=", ".join(allowed))
        return value or ""

    def integer(self, name: str, low: int, high: int) -> int:
        """Read a whole number between two limits, both allowed."""
        value = self._of_type(name, int, A_WHOLE_NUMBER)
        if value is not None and not low <= value <= high:
            self.ledger.note(self.place.at(name), "out_of_range", value=value, low=low, high=high)
        return value or 0

    def flag(self, name: str, *, default: bool) -> bool:
        """Read true or false."""
        if not self.has(name):
            return default
        return bool(self._of_type(name, bool, A_FLAG))

    def month_day(self, name: str) -> str:
        """Read a day of the year, "MM-DD"."""
        value = self._of_type(name, str, A_TEXT)
        if value is not None and (not MONTH_DAY.fullmatch(value) or value in SHORT_MONTHS):
            self.ledger.note(self.place.at(name), "bad_day", value=value)
        return value or ""

    def text(self, name: str) -> Text:
        """Read a text in both languages."""
        if self.has(name) and isinstance(self._fields[name], str):
            self.ledger.note(self.place.at(name), "untranslated", value=LANGUAGES["en"])
            return Text(fr="", en="")
        inner = self.inside(name)
        found = dict.fromkeys(LANGUAGES, "")
        for language, language_name in LANGUAGES.items():
            if inner.has(language):
                found[language] = inner.words(language)
            elif inner.is_real:
                self.ledger.note(inner.place.at(language), "untranslated", value=language_name)
        inner.close()
        return Text(fr=found["fr"], en=found["en"])

    def list_of_words(self, name: str) -> tuple[str, ...]:
        """Read a list of texts, none empty."""
        value = self._of_type(name, list, A_LIST)
        if value is not None and not value:
            self.ledger.note(self.place.at(name), "empty_list")
        for index, each in enumerate(value or (), 1):
            if not isinstance(each, str) or not each.strip():
                sentence = "empty" if isinstance(each, str) else "bad_type"
                self.ledger.note(
                    self.place.at(f"{name}.{index}"), sentence, value=_shown(each), expected=A_TEXT
                )
        return tuple(str(each) for each in value or ())

    def inside(self, name: str) -> "Entry":
        """Return the mapping that is the field's value."""
        self._asked[name] = None
        return Entry(self.place.at(name), self._fields.get(name), self.ledger)

    def named(self) -> Iterator[tuple[str, "Entry"]]:
        """Go through a mapping whose names are codes and whose values are mappings."""
        for name in self._fields:
            yield name, self.inside(name)

    def names(self) -> tuple[str, ...]:
        """Return the names written in this mapping."""
        return tuple(self._fields)

    def value(self, name: str) -> Any:
        """Return what the file says, as it is."""
        self._asked[name] = None
        return self._fields.get(name)

    def items(self, name: str) -> list["Entry"]:
        """Return the mappings of a list; a mapping alone counts as a list of one."""
        value = self.value(name)
        if isinstance(value, dict):
            value = [value]
        if not isinstance(value, list):
            self.ledger.note(
                self.place.at(name), "absent" if value is None else "bad_type", value=value, expected=A_LIST
            )
            return []
        if not value:
            self.ledger.note(self.place.at(name), "empty_list")
        return [Entry(self.place.at(f"{name}.{i}"), each, self.ledger) for i, each in enumerate(value, 1)]

    def close(self) -> None:
        """Note the fields that mean nothing here."""
        for name in self._fields:
            if name not in self._asked:
                self.ledger.note(self.place.at(name), "unknown_field", expected=", ".join(self._asked))

    def _of_type(self, name: str, kind: type, expected: Text) -> Any:
        self._asked[name] = None
        value = self._fields.get(name)
        if value is None:
            if self.is_real:
                self.ledger.note(self.place.at(name), "absent")
            return None
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.ledger.note(self.place.at(name), "bad_type", value=_shown(value), expected=expected)
            return None
        return value


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"
