"""Why a rule set cannot be used or put in force."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """What is wrong with an entry of a rule set, in both languages."""

    entry: str
    fr: str
    en: str

    def said_in(self, language: str) -> str:
        """Return the entry and what is wrong with it."""
        colon = "\N{NO-BREAK SPACE}: " if language == "fr" else ": "
        return f"{self.entry}{colon}{self.fr if language == 'fr' else self.en}"


class DispatchError(Exception):
    """Triage cannot be changed like that."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class RulesInvalid(DispatchError):
    """The rule set is not well formed."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("; ".join(each.said_in("en") for each in mistakes))
        self.mistakes = tuple(mistakes)


class RulesUnknown(DispatchError):
    """There is no such rule set."""


class RulesInForce(DispatchError):
    """The rule set is in force already."""


class NothingToUndo(DispatchError):
    """No activation is left to take back."""


class GapsNotAcknowledged(DispatchError):
    """The rule set leaves cases with nobody, and nobody has said that this is meant."""

    def __init__(self, gaps: int, unreachable: int, overlaps: int) -> None:
        super().__init__()
        self.gaps, self.unreachable, self.overlaps = gaps, unreachable, overlaps


class TrialUnknown(DispatchError):
    """There is no such trial."""


class StintInvalid(DispatchError):
    """Hours of work end after they begin, and are not in the future."""


class CrewUnknown(DispatchError):
    """There is no such crew."""
