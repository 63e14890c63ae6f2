"""The book of notices: for each name, who is told and in which words; a town's own words where it has some.

Who is told is read from data/notices and is not the town's to change; the words are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker import definitions
from tracker.accounts import permissions
from tracker.db import PerRevision
from tracker.notify import errors, templates
from tracker.notify.models import TemplateRow
from tracker.notify.templates import Texts

FOLDER = definitions.DATA / "notices"
LANGUAGES = ("fr", "en")
COMMON = "common"
PEOPLE = ("reporter", "reporters", "people", "public", "area")
STAFF_ROLES = frozenset(permissions.ROLES) - {"citizen", "partner", "system"}
AUDIENCES = frozenset({*PEOPLE, "asked"} | STAFF_ROLES)
_FIELDS = frozenset({"to", "urgent", "also", "inputs", *LANGUAGES})


class BookInvalid(Exception):
    """A file of data/notices cannot be used as it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One notice: who is told of it, whether it waits for the morning, what it may repeat, its words."""

    code: str
    to: tuple[str, ...]
    urgent: bool
    also: tuple[str, ...]
    inputs: tuple[str, ...]
    texts: Mapping[str, Texts]

    @property
    def is_for_staff(self) -> bool:
        return all(audience in STAFF_ROLES for audience in self.to)


class Book:
    """Every notice by its code, `family.name` or `common.name`."""

    def __init__(self, notices: Mapping[str, Notice]) -> None:
        self._notices = notices

    def find(self, family: str, name: str) -> Notice:
        """Return a family's notice of a name, or the common one. Raises TemplateUnknown."""
        for code in (f"{family}.{name}", f"{COMMON}.{name}"):
            if code in self._notices:
                return self._notices[code]
        raise errors.TemplateUnknown(name)

    def timer(self, family: str, name: str) -> Notice:
        """Return what a timer that ran out tells: its own notice, or the one of any timer."""
        for code in (f"{family}.{name}", f"timers.{name}"):
            if code in self._notices:
                return self._notices[code]
        return self._notices["timers.timer"]

    def other(self, notice: Notice, name: str) -> Notice:
        """Return the notice that is told `also`: of the same file, else a common one."""
        return self.find(notice.code.partition(".")[0], name)

    def __getitem__(self, code: str) -> Notice:
        try:
            return self._notices[code]
        except KeyError:
            raise errors.TemplateUnknown(code) from None

    def __iter__(self) -> Iterator[Notice]:
        return iter(self._notices.values())


def read(folder: Path = FOLDER) -> dict[str, Notice]:
    """Return the notices of a folder. Raises BookInvalid naming file and notice, TemplateUnsound."""
    found: dict[str, Notice] = {}
    for path in sorted(folder.glob("*.yaml")):
        for name, given in definitions.read_mapping(path).get("notices", {}).items():
            found[f"{path.stem}.{name}"] = _notice(f"{path.stem}.{name}", given)
    for notice in found.values():
        for name in notice.also:
            try:
                Book(found).other(notice, name)
            except errors.TemplateUnknown:
                raise BookInvalid(f"{notice.code}: also {name!r}, which is nowhere") from None
    return found


def _notice(code: str, given: Mapping[str, Any]) -> Notice:
    unknown = set(given) - _FIELDS
    if unknown:
        raise BookInvalid(f"{code}: {', '.join(sorted(unknown))}?")
    audience = given.get("to", ())
    if not audience or not set(audience) <= AUDIENCES:
        raise BookInvalid(f"{code}: to {audience!r}")
    inputs = tuple(given.get("inputs", ()))
    templates.check({language: given.get(language) or {} for language in LANGUAGES}, inputs)
    return Notice(
        code=code,
        to=tuple(audience),
        urgent=bool(given.get("urgent", False)),
        also=tuple(given.get("also", ())),
        inputs=inputs,
        texts={language: Texts(**given[language]) for language in LANGUAGES},
    )


@cache
def shipped() -> Mapping[str, Notice]:
    """Return the notices of data/notices, read once per process."""
    return read()


def _load(session: Session) -> Book:
    own = {
        row.code: row.texts
        for row in session.scalars(select(TemplateRow).where(TemplateRow.status == "active"))
    }
    return Book({code: _with_words(notice, own.get(code)) for code, notice in shipped().items()})


def _with_words(notice: Notice, own: Mapping[str, Any] | None) -> Notice:
    if own is None:
        return notice
    return Notice(
        code=notice.code,
        to=notice.to,
        urgent=notice.urgent,
        also=notice.also,
        inputs=notice.inputs,
        texts={language: Texts(**own[language]) for language in LANGUAGES},
    )


current = PerRevision(_load)
