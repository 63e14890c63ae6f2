"""Why a map cannot be drawn."""


class MapError(Exception):
    """The map cannot be drawn."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class LayerUnknown(MapError):
    """There is no such layer."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class TileUnknown(MapError, ValueError):
    """There is no such tile: the zoom or the column does not exist."""

    def __init__(self, lowest: int, highest: int) -> None:
        super().__init__()
        self.lowest = lowest
        self.highest = highest


class ServiceUnknown(MapError):
    """No such service or group is in the catalogue."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


class PeriodInvalid(MapError):
    """The period ends before it begins, or is longer than ten years."""
