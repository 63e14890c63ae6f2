"""Why a letter or a calendar file cannot be given."""


class LetterError(Exception):
    """This cannot be given."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class LetterNotFound(LetterError):
    """There is no such letter."""


class NoAppointment(LetterError):
    """Nothing is set for a date."""
