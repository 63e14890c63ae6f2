"""The language a person is told in: their own where the town may write it, else the town's.

A municipality that is not recognised as bilingual writes in French only, but for what touches health and
safety (Charter of the French language, art. 22.3 and 29.1; docs/decisions/0016).
"""

from collections.abc import Sequence

from tracker.notify.persons import Person


def of(person: Person, offered: Sequence[str], *, is_danger: bool) -> str:
    """Return `fr` or `en`. Staff read the town's first language unless theirs is offered."""
    return chosen(person.language, offered, is_danger=is_danger)


def chosen(wanted: str, offered: Sequence[str], *, is_danger: bool = False) -> str:
    """Return a wanted language if the town may write it, else its first one."""
    return wanted if wanted in offered or is_danger else offered[0]
