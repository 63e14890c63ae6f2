"""Why a file cannot be brought in. Each says what to correct, in both languages."""

from collections.abc import Sequence
from pathlib import Path

from tracker.catalogue.errors import CatalogueMistake


class ImportsError(Exception):
    """The file cannot be imported."""

    def __init__(self, *, fr: str, en: str) -> None:
        super().__init__(en)
        self.fr = fr
        self.en = en


class MappingUnknown(ImportsError):
    """There is no mapping of that name."""

    def __init__(self, name: str, available: Sequence[str]) -> None:
        names = ", ".join(available)
        super().__init__(
            fr=f"Aucune correspondance ne s’appelle « {name} »\u202f; possibles\u00a0: {names}.",
            en=f"There is no mapping called “{name}”; possible: {names}.",
        )
        self.name = name


class MappingInvalid(ImportsError):
    """The mapping has mistakes."""

    def __init__(self, mistakes: tuple[CatalogueMistake, ...]) -> None:
        super().__init__(
            fr="\n".join(each.in_language("fr") for each in mistakes),
            en="\n".join(each.in_language("en") for each in mistakes),
        )
        self.mistakes = mistakes


class ColumnsMissing(ImportsError):
    """The file lacks columns that the mapping reads."""

    def __init__(self, *, columns: Sequence[str], file: Path, mapping: str, present: Sequence[str]) -> None:
        wanted, found = ", ".join(columns), ", ".join(present) or "—"
        super().__init__(
            fr=f"{file.name}\u00a0: colonne absente, {wanted} (lue par la correspondance {mapping})\u202f; "
            f"le fichier a\u00a0: {found}.",
            en=f"{file.name}: no column {wanted} (read by the mapping {mapping}); the file has: {found}.",
        )
        self.columns = tuple(columns)


class FileEmpty(ImportsError):
    """There is nothing in the file."""

    def __init__(self, file: Path) -> None:
        super().__init__(fr=f"{file.name} est vide.", en=f"{file.name} is empty.")


class FileUnreadable(ImportsError):
    """The file is not what the mapping says, or ends in the middle."""

    def __init__(self, file: Path, *, after_rows: int, why: str) -> None:
        super().__init__(
            fr=f"{file.name} ne se lit plus après {after_rows} lignes ({why}). Rien n’a été importé.",
            en=f"{file.name} cannot be read after {after_rows} rows ({why}). Nothing was imported.",
        )
        self.after_rows = after_rows


class CatalogueAbsent(ImportsError):
    """The jurisdiction has no catalogue of services yet."""

    def __init__(self, code: str) -> None:
        super().__init__(
            fr=f"La municipalité {code} n’a pas encore de catalogue\u00a0: vigie catalogue load.",
            en=f"The jurisdiction {code} has no catalogue yet: vigie catalogue load.",
        )


class ImportRunning(ImportsError):
    """Another import of the same source is under way."""

    def __init__(self, source: str) -> None:
        super().__init__(
            fr=f"Un autre import de {source} est en cours.", en=f"Another import of {source} is under way."
        )


class DistrictsUnusable(ImportsError):
    """The map file does not hold districts that can be told apart."""


class OsmUnusable(ImportsError):
    """The file is no OpenStreetMap extract."""


class PlacesOccupied(ImportsError):
    """The town's places come from somewhere else."""


class LayerUnusable(ImportsError):
    """The file cannot be read as a layer."""


class LayerMappingWrong(ImportsError):
    """The columns of the file do not make a layer of that kind."""
