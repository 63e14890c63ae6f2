"""What can be wrong with a jurisdiction."""


class JurisdictionError(Exception):
    """A jurisdiction cannot be managed."""

    def __init__(self, *args: object) -> None:
        super().__init__(*(args or (self.__doc__,)))


class CodeInvalid(JurisdictionError):
    """A jurisdiction's code is 2 to 40 lower-case letters, digits or underscores, a letter first."""


class JurisdictionExists(JurisdictionError):
    """A jurisdiction of that code exists already."""
