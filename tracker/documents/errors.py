"""Why a document cannot be taken or handed out."""


class DocumentError(Exception):
    """The document cannot be used."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__)


class DocumentNotFound(DocumentError):
    """There is no such document, for this reader."""


class DocumentsNotTaken(DocumentError):
    """The service takes no documents, or the case is closed."""


class TooManyDocuments(DocumentError):
    """A sending, or a case, takes so many documents and not more."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class DocumentTooHeavy(DocumentError):
    """The document has too many bytes."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__()
        self.limit_bytes = limit_bytes


class NoDocument(DocumentError):
    """Nothing was sent."""


class DocumentRefused(DocumentError):
    """The inspection refuses the document."""


class NotPdf(DocumentRefused):
    """It is no PDF, whatever its name says."""


class Unreadable(DocumentRefused):
    """It is damaged."""


class Encrypted(DocumentRefused):
    """It is protected by a password."""


class HasScript(DocumentRefused):
    """It holds a program."""


class HasAction(DocumentRefused):
    """It starts something or sends something when it is opened or clicked."""


class HasAttachment(DocumentRefused):
    """It holds other files."""


class TooCostly(DocumentRefused):
    """Reading it takes more memory or time than a document may."""


class TooManyPages(DocumentRefused):
    """It has too many pages."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit
