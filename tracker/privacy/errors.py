"""Why a wish about personal data cannot be met."""


class PrivacyError(Exception):
    """It cannot be done."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class AlreadyErased(PrivacyError):
    """This report was anonymised already."""


class RetentionInvalid(PrivacyError):
    """The rules of data/privacy cannot be used."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.in_french = f"data/privacy/retention.yaml\N{NO-BREAK SPACE}: {problem}"
        self.in_english = f"data/privacy/retention.yaml: {problem}"
