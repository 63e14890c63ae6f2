"""Why a case cannot be read or changed."""


class CaseError(Exception):
    """The case cannot be changed."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class CaseNotFound(CaseError):
    """There is no case of that number."""

    def __init__(self, number: str) -> None:
        super().__init__()
        self.number = number


class ReportNotFound(CaseError):
    """There is no report of that number."""

    def __init__(self, number: str) -> None:
        super().__init__()
        self.number = number


class CaseChanged(CaseError):
    """Somebody else changed the case since it was read."""

    def __init__(self, version: int) -> None:
        super().__init__()
        self.version = version


class CaseNotOpen(CaseError):
    """Nothing can be attached to a case that is finished."""


class OtherService(CaseError):
    """Two cases of different workflows cannot become one."""


class SameCase(CaseError):
    """A case cannot be merged with itself."""


class TooFar(CaseError):
    """A report this far from a case is not about the same thing."""

    def __init__(self, distance_m: float) -> None:
        super().__init__()
        self.distance_m = distance_m


class LastReport(CaseError):
    """The only report of a case cannot be detached from it."""


class LinkNotFound(CaseError):
    """There is no such link change."""


class LinkSpent(CaseError):
    """The link change was undone already."""


class LinkTooOld(CaseError):
    """A link change can be undone within 30 days."""


class LinkStale(CaseError):
    """The cases went on since: undo what came after first."""


class CursorInvalid(CaseError):
    """The place in the list is not one that this list gave."""


class FilterInvalid(CaseError):
    """A filter of the list is not understood."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__()
        self.name = name
        self.value = value


class CrewUnknown(CaseError):
    """There is no crew of that code."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


class FamilyNotFound(CaseError):
    """There is no such workflow, or no such version of it."""

    def __init__(self, family: str) -> None:
        super().__init__()
        self.family = family


class DefinitionRefused(CaseError):
    """A workflow's definition holds mistakes."""

    def __init__(self, mistakes: list[dict[str, object]]) -> None:
        super().__init__()
        self.mistakes = mistakes


class NotADraft(CaseError):
    """What was submitted is no longer changed."""


class NotYourCase(CaseError):
    """The case is with another crew."""
