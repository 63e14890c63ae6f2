"""One step of triage as it is kept with the case."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One step of triage: the rule that decided and its words; for the crew also who was passed over and why.

    `others` hold `crew`, `rule`, `fr`, `en` and the score of who had one; `score` the terms of the crew
    chosen.
    """

    step: str
    rule: str
    fr: str
    en: str
    others: tuple[dict[str, Any], ...] = ()
    score: dict[str, float] | None = None

    def as_mapping(self) -> dict[str, Any]:
        told: dict[str, Any] = {"step": self.step, "rule": self.rule, "fr": self.fr, "en": self.en}
        if self.others:
            told["others"] = list(self.others)
        if self.score is not None:
            told["score"] = self.score
        return told
