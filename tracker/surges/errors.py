"""Why a surge cannot be decided."""


class SurgeError(Exception):
    """The surge cannot be decided."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class SurgeNotFound(SurgeError):
    """There is no such surge."""


class SurgeDecided(SurgeError):
    """Somebody decided this surge already."""

    def __init__(self, status: str) -> None:
        super().__init__()
        self.status = status


class NotOfSurge(SurgeError):
    """A case that was named is not one of this surge's, or is not open."""

    def __init__(self, number: str) -> None:
        super().__init__()
        self.number = number


class TooFewLeft(SurgeError):
    """Fewer than two open cases are left to join."""


class RulesInvalid(SurgeError):
    """The rules of data/surges cannot be used."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.in_french = f"data/surges/rules.yaml\N{NO-BREAK SPACE}: {problem}"
        self.in_english = f"data/surges/rules.yaml: {problem}"
