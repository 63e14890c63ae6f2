"""Why a report cannot be taken."""

from dataclasses import dataclass


class ReportError(Exception):
    """The report cannot be taken."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class ServiceUnknown(ReportError):
    """There is no such service here."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


class OutOfSeason(ReportError):
    """The service is closed at this time of year."""

    def __init__(self, note_fr: str, note_en: str, opens_on: str) -> None:
        super().__init__()
        self.fr = note_fr
        self.en = note_en
        self.opens_on = opens_on


class TooEarly(ReportError):
    """What is missed may still come."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.fr = fr
        self.en = en


class InTheFuture(ReportError):
    """What is reported cannot have happened yet."""


class ContactNeeded(ReportError):
    """Somebody must be reachable for this service."""


class ComplaintGroundless(ReportError):
    """A complaint is about a request or a service that exists."""


class NoDrafts(ReportError):
    """Only a permit can be kept as a draft."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerFault:
    """One answer that is missing or impossible."""

    code: str
    fault: str
    label_fr: str
    label_en: str


class AnswersInvalid(ReportError):
    """Answers are missing or impossible."""

    def __init__(self, faults: tuple[AnswerFault, ...]) -> None:
        super().__init__(", ".join(f"{fault.code}: {fault.fault}" for fault in faults))
        self.faults = faults
