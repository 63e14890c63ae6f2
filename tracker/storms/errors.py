"""Why a storm cannot be declared or changed."""


class StormError(Exception):
    """The storm cannot be changed."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class StormNotFound(StormError):
    """There is no such storm."""


class StormOver(StormError):
    """This storm has ended already."""


class DistrictUnknown(StormError):
    """There is no district of that code."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


class DatesInvalid(StormError):
    """These dates do not follow each other."""
