"""What can go wrong with the catalogue."""

from dataclasses import dataclass


class CatalogueError(Exception):
    """The catalogue cannot be used."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__)


class ServiceNotFound(CatalogueError):
    """No service has this code."""

    def __init__(self, *, code: str) -> None:
        self.code = code
        super().__init__(f"No service has the code {code}.")


class StandardNotFound(CatalogueError):
    """The service promises nothing of this kind."""

    def __init__(self, *, code: str, kind: str) -> None:
        self.code = code
        self.kind = kind
        super().__init__(f"{code} promises nothing of the kind {kind}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogueMistake:
    """One thing to correct, where it is, and the sentence that says so."""

    file: str
    entry: str
    field: str
    fr: str
    en: str

    def in_language(self, language: str) -> str:
        """Return `file: entry: field: sentence` in English for `en`, in French otherwise."""
        sentence = self.en if language.lower().startswith("en") else self.fr
        return ": ".join(part for part in (self.file, self.entry, self.field, sentence) if part)


class CatalogueInvalid(CatalogueError):
    """The catalogue has mistakes."""

    def __init__(self, mistakes: tuple[CatalogueMistake, ...]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistake.in_language("en") for mistake in mistakes))
