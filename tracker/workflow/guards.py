"""The guards a definition may name, and the check of all those of a transition.

A guard is one predicate over the facts, with the sentence said to the person when it does not hold. A
definition may say it in other words (`says`), or hold some roles only to it (`for`).
"""

from dataclasses import replace

from . import errors, inputs, rules_offices, rules_people, rules_triage, rules_work
from .facts import Facts
from .rule import Rule
from .table import GuardUse, Transition, Words

__all__ = ["GUARDS", "Facts", "check", "hopeless", "words"]

GUARDS: dict[str, Rule] = {
    rule.name: rule
    for rule in (*rules_triage.RULES, *rules_work.RULES, *rules_people.RULES, *rules_offices.RULES)
}


def check(transition: Transition, facts: Facts) -> dict[str, object]:
    """Return the inputs read as their types when every guard holds.

    Raises GuardRefused for the first input or guard that does not, in the table's order.
    """
    values = inputs.read(transition, facts.inputs, today=facts.today)
    read = replace(facts, inputs=values)
    for use in transition.guards:
        applies = not use.roles or facts.role in use.roles
        if applies and not GUARDS[use.name].holds(read, use.params):
            raise _refusal(use, transition)
    return values


def hopeless(transition: Transition, facts: Facts) -> bool:
    """Tell whether a guard refuses the move that no input could satisfy."""
    return any(
        GUARDS[use.name].field is None and not GUARDS[use.name].holds(facts, use.params)
        for use in transition.guards
        if not use.roles or facts.role in use.roles
    )


def _refusal(use: GuardUse, transition: Transition) -> errors.GuardRefused:
    field = GUARDS[use.name].field_of(use.params)
    return errors.GuardRefused(use.name, transition.name, words(use), field)


def words(use: GuardUse) -> Words:
    """Return the sentence said when a guard in use does not hold, its parameters filled in."""
    said = use.words or GUARDS[use.name].words
    shown = {
        name: ", ".join(value) if isinstance(value, list) else value for name, value in use.params.items()
    }
    return Words(fr=said.fr.format(**shown), en=said.en.format(**shown))
