"""Why something cannot be booked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any


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

    def __init__(self, near: Sequence[Any] = ()) -> None:
        super().__init__()
        self.near = near


class SeatUnknown(BookingError):
    """The hall has no such seat."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label


class RegistrationClosed(BookingError):
    """Registration has not begun for this person."""

    def __init__(self, opens_at: datetime, *, for_residents: bool) -> None:
        super().__init__()
        self.opens_at = opens_at
        self.for_residents = for_residents


class AgeOutside(BookingError):
    """The activity is for other ages."""

    def __init__(self, least: int | None, most: int | None) -> None:
        super().__init__()
        self.least = least
        self.most = most


class AlreadyRegistered(BookingError):
    """That person is registered for it already, or waits for it."""


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
