"""The values a workflow is made of: states, transitions, guards in use, effects as data.

Nothing here acts. A machine checks the table; the case service carries the effects out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from string import Formatter

START = "start"
"""Where a case stands before it exists: the only source of `receive`."""

PREVIOUS = "previous"
"""Target of a transition which ends an interruption: back where the case stood before it."""

SAME = "same"
"""Target of a transition which changes the case without changing its status."""

ROLES = ("citizen", "agent", "dispatcher", "crew", "inspector", "supervisor", "clerk", "admin", "system")
TONES = ("received", "accepted", "assigned", "progress", "hold", "done", "refused", "duplicate")
CLOCK_EFFECTS = (
    "stop_respond", "pause_resolve", "resume_resolve", "stop_resolve",
    "restart_resolve", "recompute", "freeze", "unfreeze",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One thing said in both languages."""

    fr: str
    en: str

    def said_in(self, language: str) -> str:
        """Return the English words for `en`, the French ones for anything else."""
        return self.en if language == "en" else self.fr


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One value an input may take."""

    value: str
    label: Words


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """What a transition asks of the person who makes it; enough for a form or a schema.

    A `filled` input is never asked: the server gives it (when a booking begins). A date left empty is `days`
    from today, where the definition says so.
    """

    name: str
    type: str
    required: bool
    label: Words
    choices: tuple[Choice, ...] = ()
    public: bool = False  # the person who reported reads it word for word
    filled: bool = False
    days: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GuardUse:
    """A guard on a transition, with its parameters; `roles` empty means everybody."""

    name: str
    params: Mapping[str, object]
    roles: frozenset[str] = frozenset()
    words: Words | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Delay:
    """When a timer fires: after an amount, at a share of a promise, or on a date given as input.

    With an input, `amount` and `unit` say how long before it (a reminder); zero is the moment itself.
    """

    amount: float = 0
    unit: str = ""
    share_of: str = ""
    input: str = ""

    def before(self, moment: datetime) -> datetime:
        """Return when a timer on an input fires, given the input as a moment."""
        length = timedelta(days=self.amount) if self.unit == "calendar_days" else timedelta(hours=self.amount)
        return moment - length


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """One thing to do after a transition: a name for whoever carries it out, never a call.

    `kind` is clock, notice, timer or job. `when` holds if every named fact (an input, `priority`, `role`, or
    the `outcome` the work had before) has one of the values. A timer stands until the case leaves the status
    it was set in, or until a later move sets one of its name; `fires` is the transition it makes as `system`.
    """

    kind: str
    name: str
    when: tuple[tuple[str, frozenset[str]], ...] = ()
    delay: Delay | None = None
    fires: str = ""

    def applies(self, known: Mapping[str, object]) -> bool:
        """Return whether every condition is met by these facts."""
        return all(str(known.get(name)) in values for name, values in self.when)


@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """Other words for a state when the crew's outcome code says the place was not repaired."""

    outcomes: frozenset[str]
    label: Words
    sentence: Words


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """A status, what a citizen reads about it, and what must happen next.

    `label` is short and complete; `sentence` may name the crew, the date or the reason in braces. `public` is
    all that a passer-by reads of it, where that is less than the person who reported reads.
    """

    code: str
    tone: str
    open311: str
    is_open: bool
    is_final: bool
    label: Words
    sentence: Words
    next_actor: str
    next_action: Words
    variants: tuple[Variant, ...] = ()
    public: Words | None = None

    def label_for(self, outcome: str | None) -> Words:
        """Return the label, or the one this outcome asks for."""
        return next((one.label for one in self.variants if outcome in one.outcomes), self.label)

    def label_in_passing(self, outcome: str | None) -> Words:
        """Return what a passer-by reads: the public label where there is one."""
        return self.public or self.label_for(outcome)

    @property
    def tone_in_passing(self) -> str:
        """Return the tone that a passer-by sees: of a status with a public label only whether it is over."""
        if self.public is None:
            return self.tone
        return "progress" if self.open311 == "open" else "done"

    def describe(self, language: str, *, outcome: str | None = None, **known: object) -> str:
        """Return the sentence filled with what is known, or the bare label when something is missing."""
        variant = next((one for one in self.variants if outcome in one.outcomes), None)
        sentence = (variant or self).sentence.said_in(language)
        wanted = {name for _, name, _, _ in Formatter().parse(sentence) if name}
        if all(known.get(name) not in (None, "") for name in wanted):
            return sentence.format(**known)
        return (variant or self).label.said_in(language)


@dataclass(frozen=True, kw_only=True, slots=True)
class Transition:
    """One allowed move. `label` is the verb on its button."""

    name: str
    sources: frozenset[str]
    target: str
    roles: frozenset[str]
    label: Words
    inputs: tuple[Input, ...] = ()
    guards: tuple[GuardUse, ...] = ()
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What a transition does to one case: its new status and the effects which apply.

    `return_to` is where `previous` leads from the new status. `effects` are in order; a clock effect
    that finds nothing to do (resuming a clock that runs) does nothing.
    """

    status: str
    return_to: str | None
    effects: tuple[Effect, ...]

    def named(self, kind: str) -> tuple[str, ...]:
        """Return the names of the effects of one kind: clock, notice, timer or job."""
        return tuple(effect.name for effect in self.effects if effect.kind == kind)
