"""Why the rota or a page refuses."""


class OncallError(Exception):
    """The rota or a page refuses this."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class PageNotFound(OncallError):
    """No such page, or not for this reader."""


class NotAFriday(OncallError):
    """A turn begins at Friday's handover."""


class UnknownTurn(OncallError):
    """No such domain or rank."""


class NotReachable(OncallError):
    """Whoever is on call needs a telephone or an e-mail address."""


class RankOfAll(OncallError):
    """A first or second person answers for one domain."""
