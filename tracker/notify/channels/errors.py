"""Why something said to the channels is refused."""


class ChannelError(Exception):
    """The channels cannot do this."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class PushNotOffered(ChannelError):
    """This town has no keys for web push."""


class PushEndpointRefused(ChannelError):
    """A push subscription's address or keys cannot be used."""


class SignatureInvalid(ChannelError):
    """This was not signed by the provider of text messages."""


class LinkInvalid(ChannelError):
    """This link was not made here."""
