"""Why something cannot be booked."""


class BookingError(Exception):
    """This cannot be booked."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class ResourceUnknown(BookingError):
    """There is nothing of that code to book."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


class SlotTaken(BookingError):
    """Somebody else holds it at that time."""


class SlotFree(BookingError):
    """There is room: nobody needs to wait."""


class PeriodInvalid(BookingError):
    """The times are not ones at which this is lent."""


class TooLate(BookingError):
    """A place on a tour is asked for by noon of the day before."""


class ResourcesInvalid(BookingError):
    """The file of what can be booked holds a mistake."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes
