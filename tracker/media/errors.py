"""Why a photo cannot be taken or shown. What is wrong inside a file is told by `gis.errors`."""


class MediaError(Exception):
    """The photo cannot be used."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class PhotoNotFound(MediaError):
    """There is no such photo."""


class TooManyPhotos(MediaError):
    """A report takes a few photos, not more."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class PhotoTooHeavy(MediaError):
    """The photo has too many bytes."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__()
        self.limit_bytes = limit_bytes


class PartUnknown(MediaError):
    """A file was sent in a part that is not read."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
