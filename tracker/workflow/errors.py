"""Why a workflow refuses: one root, one class per fact, the facts as attributes."""

from .table import Words


class WorkflowError(Exception):
    """The workflow refuses this."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__class__.__doc__)


class InvalidDefinition(WorkflowError):
    """The workflow definition is unsound."""

    def __init__(self, source: str, problems: tuple[str, ...]) -> None:
        super().__init__(f"{source}: " + "; ".join(problems))
        self.source = source
        self.problems = problems


class StateUnknown(WorkflowError):
    """No such status in this family."""

    def __init__(self, status: str, family: str) -> None:
        super().__init__(f"{family} has no status {status!r}")
        self.status = status
        self.family = family


class TransitionUnknown(WorkflowError):
    """No such transition in this family."""

    def __init__(self, name: str, family: str) -> None:
        super().__init__(f"{family} has no transition {name!r}")
        self.name = name
        self.family = family


class TransitionNotAllowed(WorkflowError):
    """This transition does not leave this status."""

    def __init__(self, name: str, status: str) -> None:
        super().__init__(f"{name!r} does not leave {status!r}")
        self.name = name
        self.status = status


class RoleNotAllowed(WorkflowError):
    """This role may not make this transition."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__(f"{role!r} may not {name!r}")
        self.name = name
        self.role = role


class GuardRefused(WorkflowError):
    """A guard of the transition does not hold.

    `guard` is a stable code; `fr` and `en` are sentences for the person who acts; `field` names the
    input to correct, or is None when no input can help.
    """

    def __init__(self, guard: str, transition: str, words: Words, field: str | None = None) -> None:
        super().__init__(f"{transition}: {guard}: {words.en}")
        self.guard = guard
        self.transition = transition
        self.fr = words.fr
        self.en = words.en
        self.field = field
