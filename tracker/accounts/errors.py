"""What can be wrong with an account, a session or a right."""


class AccountError(Exception):
    """An account, a session or a token is not as it should be."""

    def __init__(self, *args: object) -> None:
        super().__init__(*(args or (self.__doc__,)))


class NotSignedIn(AccountError):
    """This needs an account, and nobody is signed in."""


class OperationNotAllowed(AccountError):
    """The role does not give this right."""

    def __init__(self, *, operation: str, role: str) -> None:
        super().__init__()
        self.operation = operation
        self.role = role


class SignInRefused(AccountError):
    """No account has this e-mail address and this password."""


class TooManyAttempts(AccountError):
    """Too many sign-ins were tried for this account or from this address."""

    def __init__(self, *, retry_after_s: int) -> None:
        super().__init__()
        self.retry_after_s = retry_after_s


class TokenUnknown(AccountError):
    """The token is not known here, or was revoked."""


class TokenExpired(AccountError):
    """The token has expired."""


class TokenNotFound(AccountError):
    """No token has this identifier."""


class ForgerySuspected(AccountError):
    """A change was asked with a session's cookie but without its proof, or from another site."""


class StaffUnknown(AccountError):
    """No member of the staff has this e-mail address."""


class EmailTaken(AccountError):
    """A member of the staff has this e-mail address already."""


class RoleUnknown(AccountError):
    """There is no such role for a member of the staff."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self.role = role


class CrewMissing(AccountError):
    """A crew's account names its crew."""


class PasswordTooShort(AccountError):
    """A password has at least 10 characters."""


class LifetimeInvalid(AccountError):
    """A token lives from 1 to 366 days."""
