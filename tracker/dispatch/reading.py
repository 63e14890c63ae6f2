"""Rule sets read from YAML; everything that is not understood is named, nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

import yaml

from routing.crews import Capacity, Weights
from routing.legal import Limits
from tracker import definitions
from tracker.catalogue.promises import Text
from tracker.dispatch import entries
from tracker.dispatch.errors import Mistake, RulesInvalid
from tracker.dispatch.ruleset import Rule, RuleSet, Travel

T = TypeVar("T")

FOLDER = definitions.DATA / "triage"
DEFAULT = FOLDER / "default.yaml"
MOST_RULES = 500
LONGEST = 200_000
_PARTS = frozenset(
    (
        *("name", "weights", "travel", "capacity", "legal", "automatic"),
        *("services", "exceptions", "crews", "people", "equipment"),
    )
)


@lru_cache(maxsize=1)
def default() -> RuleSet:
    """Return the rule set that comes with the program, in force where none was loaded."""
    return read(DEFAULT)


def read(path: Path) -> RuleSet:
    """Return the rule set of a file. Raises RulesInvalid naming every mistake."""
    return parse(path.read_text(encoding="utf-8"))


def parse(text: str) -> RuleSet:
    """Return the rule set a text holds. Raises RulesInvalid naming every mistake."""
    if len(text) > LONGEST:
        raise RulesInvalid([Mistake(entry="-", fr="trop long", en="too long")])
    try:
        value = definitions.read_text(text)
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as wrong:
        said = " ".join(str(wrong).split())
        raise RulesInvalid([Mistake(entry="yaml", fr=said, en=said)]) from None
    return from_mapping(value)


def from_mapping(given: Mapping[str, Any]) -> RuleSet:
    """Return the rule set a mapping holds. Raises RulesInvalid naming every mistake."""
    found = _Reader()
    for part in given:
        if part not in _PARTS:
            found.note(str(part), "partie inconnue", "unknown part")
    built = RuleSet(
        name=found.one("name", given.get("name") or {"fr": "Règles", "en": "Rules"}, entries.text)
        or Text(fr="-", en="-"),
        services=found.each("services", given.get("services"), entries.outcome),
        rules=found.rules(given.get("exceptions")),
        crews=found.each("crews", given.get("crews"), entries.crew),
        people=found.each("people", given.get("people"), entries.person),
        equipment=found.each("equipment", given.get("equipment"), entries.equipment_name),
        weights=found.one("weights", given.get("weights") or {}, entries.built(Weights)) or Weights(),
        capacity=found.one("capacity", given.get("capacity") or {}, entries.built(Capacity)) or Capacity(),
        limits=found.one("legal", given.get("legal") or {}, entries.limits) or Limits(),
        travel=found.one("travel", given.get("travel") or {}, entries.built(Travel, above=0)) or Travel(),
        is_automatic=bool(found.one("automatic", given.get("automatic", True), entries.boolean)),
    )
    found.cross(built)
    if found.mistakes:
        raise RulesInvalid(found.mistakes)
    return built


class _Reader:
    """Collects mistakes while entries are read."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []

    def note(self, entry: str, fr: str, en: str) -> None:
        self.mistakes.append(Mistake(entry=entry[:120], fr=fr, en=en))

    def one(self, entry: str, given: Any, make: Callable[[Any], T]) -> T | None:
        try:
            return make(given)
        except entries.Wrong as wrong:
            self.note(entry, wrong.fr, wrong.en)
        return None

    def each(self, part: str, given: Any, make: Callable[[str, Any], T]) -> dict[str, T]:
        if given is None:
            return {}
        if not isinstance(given, dict):
            self.note(part, "un dictionnaire est attendu", "a mapping is expected")
            return {}
        made = {
            str(code): self.one(f"{part}.{code}", one, partial(make, str(code)))
            for code, one in given.items()
        }
        return {code: value for code, value in made.items() if value is not None}

    def rules(self, given: Any) -> tuple[Rule, ...]:
        if not isinstance(given or [], list) or len(given or []) > MOST_RULES:
            self.note("exceptions", f"une liste de {MOST_RULES} au plus", f"a list of {MOST_RULES} at most")
            return ()
        found: list[Rule] = []
        for at, one in enumerate(given or [], start=1):
            named = one.get("id") if isinstance(one, dict) else None
            rule = self.one(f"exceptions.{named or at}", one, entries.rule)
            if rule is not None and rule.id in {each.id for each in found}:
                self.note(f"exceptions.{rule.id}", "identifiant répété", "id used twice")
            elif rule is not None:
                found.append(rule)
        return tuple(found)

    def cross(self, rules: RuleSet) -> None:
        """Note what refers to an entry that is not there."""
        outcomes = [(f"services.{code}", each) for code, each in rules.services.items()]
        outcomes += [(f"exceptions.{rule.id}", rule.then) for rule in rules.rules]
        for entry, outcome in outcomes:
            for code in outcome.people:
                if code not in rules.people:
                    self.note(entry, f"personne inconnue\u00a0: {code}", f"unknown person: {code}")
        named = {code for _, outcome in outcomes for code in outcome.equipment}
        named |= {code for crew in rules.crews.values() for code, _ in crew.equipment}
        for code in sorted(named - set(rules.equipment)):
            self.note(f"equipment.{code}", "matériel sans nom", "equipment without a name")
