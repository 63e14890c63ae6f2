"""Whose things are, in the words of a file: the city, a private person, or a third party we know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from gis import text as texts
from gis.wording import NBSP, Words
from tracker.imports.linking import OURS

PRIVATE = "private"
_OURS = frozenset(
    ["ville", "municipal", "municipale", "municipalite", "city", "town", "municipality", "public"]
)
_PRIVATE = frozenset(["private", "prive", "privee", "particulier"])
_KNOWN = text("SELECT code, name_fr, name_en FROM third_party")


class RowRefused(Exception):
    """A row cannot be used; `words` say why."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


@dataclass(frozen=True, kw_only=True, slots=True)
class Owners:
    """Who may own things here: third parties by their folded code and names."""

    known: Mapping[str, str]

    def code_of(self, said: object) -> str | None:
        """Return `ville`, `private` or the code of a third party; None for nothing. Raises RowRefused."""
        if said is None:
            return None
        folded = texts.fold(str(said)).strip()
        if folded in _OURS:
            return OURS
        if folded in _PRIVATE:
            return PRIVATE
        if folded not in self.known:
            raise RowRefused(
                Words(
                    fr=f"propriétaire inconnu{NBSP}: {said} (importez les tiers d’abord, ou --value)",
                    en=f"unknown owner: {said} (import the third parties first, or --value)",
                )
            )
        return self.known[folded]


def owners(session: Session) -> Owners:
    """Read who is known."""
    known: dict[str, str] = {}
    for row in session.execute(_KNOWN):
        known |= {texts.fold(name).strip(): row.code for name in (row.name_fr, row.name_en, row.code)}
    return Owners(known=known)
