"""The people who report: a few report much, most once; each with a name, a way to be reached and a
language.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracker.demo import grammar, seeds
from tracker.demo.request_plan import RequestPlan, TextsPlan


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    name: str
    email: str | None
    phone: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Citizen:
    """Somebody of the town; `language` is the one they write in, `is_mixed` when words of the other slip
    in.
    """

    name: str
    row: int
    language: str
    is_mixed: bool

    def contact(self, *, by_phone: bool) -> Contact:
        """How this person is reached: all numbers and mailboxes are fictional."""
        mailbox = grammar.folded(self.name).replace(" ", ".").replace("'", "")
        return Contact(
            name=self.name,
            email=None if by_phone else f"{mailbox}{self.row}@courriel.example",
            phone=f"450-555-01{self.row % 100:02d}" if by_phone else None,
        )


class Crowd:
    """Draws who reports: by rank (Zipf), nobody more often than the plan's most in a window of 15,000
    reports.
    """

    def __init__(self, plan: RequestPlan, texts: TextsPlan, seed: int, total: int) -> None:
        rng = seeds.stream(seed, "people")
        count = plan.people.count
        weights = 1 / np.arange(1, count + 1) ** plan.people.zipf
        self._cumulative = np.cumsum(weights / weights.sum())
        first = rng.integers(0, len(texts.first_names), count).tolist()
        last = rng.integers(0, len(texts.last_names), count).tolist()
        tongue = rng.uniform(0, 1, count).tolist()
        self._citizens = [
            Citizen(
                name=f"{texts.first_names[a]} {texts.last_names[b]}",
                row=row,
                language="en" if said < plan.english else "fr",
                is_mixed=plan.english <= said < plan.english + plan.mixed,
            )
            for row, (a, b, said) in enumerate(zip(first, last, tongue, strict=True))
        ]
        self._most = max(plan.people.most, round(plan.people.most * total / 15_000))
        self._times = [0] * count
        self._rng = seeds.stream(seed, "citizens")

    def someone(self) -> Citizen:
        while True:
            row = int(np.searchsorted(self._cumulative, self._rng.uniform(), side="right"))
            row = min(row, len(self._times) - 1)
            if self._times[row] < self._most:
                self._times[row] += 1
                return self._citizens[row]
