"""Facts of a report, and conditions upon them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

CIRCUMSTANCES: Mapping[str, tuple[str, ...]] = {
    "road_class": ("artery", "collector", "local"),
    "period": ("day", "night"),
    "collection": ("under_way", "over"),
}
ANSWER = "answer."

Facts = Mapping[str, str | Collection[str]]


def facts(answers: Mapping[str, object], **circumstances: str | None) -> dict[str, str | Collection[str]]:
    """Gather what conditions look at: answers as `answer.<code>`, circumstances (`road_class`) by name."""
    known: dict[str, str | Collection[str]] = {
        name: value for name, value in circumstances.items() if value is not None
    }
    for code, value in answers.items():
        if isinstance(value, list | tuple):
            known[ANSWER + code] = [str(each) for each in value]
        elif value is not None:
            known[ANSWER + code] = str(value)
    return known


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """True when the fact is known and has one of the values."""

    fact: str
    values: tuple[str, ...]

    def holds(self, known: Facts) -> bool:
        """Tell whether `known` satisfies this; an unknown fact never does."""
        value = known.get(self.fact)
        if value is None:
            return False
        found = {value} if isinstance(value, str) else set(value)
        return not found.isdisjoint(self.values)
