"""Why a payment cannot be recorded."""


class PaymentError(Exception):
    """The payment cannot be recorded."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class PaidAlready(PaymentError):
    """A payment of that reference is recorded already."""


class NothingOwed(PaymentError):
    """Nothing is owed, or less than that."""


class SignatureInvalid(PaymentError):
    """The callback is not signed by the bank's gateway, or too late."""


class GatewayAbsent(PaymentError):
    """This installation has no payment gateway."""
