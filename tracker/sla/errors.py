"""Why a calendar is refused."""


class SlaError(Exception):
    """The clock of promises refuses this."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__class__.__doc__)


class InvalidCalendar(SlaError):
    """The calendar definition is unsound."""

    def __init__(self, source: str, problem: str) -> None:
        super().__init__(f"{source}: {problem}")
        self.source = source
        self.problem = problem


class NeverOpen(SlaError):
    """The calendar has no opening within a year: no business promise can fall due."""
