"""A checked table of transitions: who may move a case from where to where."""

from collections.abc import Mapping
from dataclasses import dataclass

from . import errors, reading, soundness
from .facts import Facts
from .table import PREVIOUS, SAME, START, Effect, State, Step, Transition, Words

RESUME = Effect(kind="clock", name="resume_resolve")


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """The workflow of one family of services. Build it with `from_mapping`, which proves it sound."""

    family: str
    version: int
    label: Words
    visibility: str
    states: Mapping[str, State]
    transitions: Mapping[str, Transition]

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object], source: str) -> "Machine":
        """Build a machine from a plain mapping (see data/workflows), naming `source` in errors.

        Raises InvalidDefinition when a word is missing or unknown, a state cannot be reached, or a
        state can neither be left towards an end nor is an end.
        """
        definition = reading.read(mapping, source)
        problems = soundness.problems(definition.states, definition.transitions)
        if problems:
            raise errors.InvalidDefinition(source, problems)
        return cls(
            family=definition.family,
            version=definition.version,
            label=definition.label,
            visibility=definition.visibility,
            states={state.code: state for state in definition.states},
            transitions={transition.name: transition for transition in definition.transitions},
        )

    @property
    def initial(self) -> str:
        """Return the status a received case begins with."""
        return self.transitions["receive"].target

    def state(self, status: str) -> State:
        """Return a state by its code. Raises StateUnknown."""
        try:
            return self.states[status]
        except KeyError:
            raise errors.StateUnknown(status, self.family) from None

    def find(self, name: str, *, status: str, role: str) -> Transition:
        """Return the transition, or raise why it is refused.

        Use `START` as the status of a case about to be received. Guards are checked apart
        (`guards.check`). Raises TransitionUnknown, TransitionNotAllowed, RoleNotAllowed.
        """
        transition = self.transitions.get(name)
        if transition is None:
            raise errors.TransitionUnknown(name, self.family)
        if status not in transition.sources:
            raise errors.TransitionNotAllowed(name, status)
        if role not in transition.roles:
            raise errors.RoleNotAllowed(name, role)
        return transition

    def allowed(self, status: str, role: str) -> tuple[Transition, ...]:
        """Return the transitions this role may try from this status, in the table's order."""
        return tuple(
            transition
            for transition in self.transitions.values()
            if status in transition.sources and role in transition.roles
        )

    def advance(self, transition: Transition, *, status: str, return_to: str | None, facts: Facts) -> Step:
        """Return what a transition does to a case in this status, with the effects that apply.

        An interruption remembers where it began (`return_to`), also through a second interruption:
        a case put on hold while a question is open comes back to where it stood before the question.
        Leaving an interruption by any way ends the pause it may have begun, before anything else.
        Raises StateUnknown when `previous` has nowhere to lead.
        """
        interrupted = self._is_interruption(status)
        known = {
            "priority": facts.priority,
            "role": facts.role,
            "outcome": facts.outcome,
            **facts.inputs,
        }
        effects = tuple(effect for effect in transition.effects if effect.applies(known))
        if interrupted and transition.target != SAME and RESUME not in effects:
            effects = (RESUME, *effects)
        if transition.target == SAME:
            return Step(status=status, return_to=return_to, effects=effects)
        if transition.target == PREVIOUS:
            return Step(status=self.state(return_to or START).code, return_to=None, effects=effects)
        origin = return_to if interrupted else status
        kept = origin if self._is_interruption(transition.target) else None
        return Step(status=transition.target, return_to=kept, effects=effects)

    def _is_interruption(self, status: str) -> bool:
        return any(one.target == PREVIOUS and status in one.sources for one in self.transitions.values())
