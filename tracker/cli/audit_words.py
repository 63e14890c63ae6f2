"""What is wrong with a history, in words."""

from collections.abc import Mapping

from tracker.cli.text import pick
from tracker.evidence.verifying import Fault

ALONE = (
    "Aucun point de contrôle gardé hors de la base : une réécriture complète ne se verrait pas.",
    "No checkpoint kept outside the database: a complete rewriting would not show.",
)
_FAULTS: Mapping[str, tuple[str, str]] = {
    "changed": ("le fait a été modifié", "the fact was changed"),
    "missing": ("le fait manque", "the fact is missing"),
    "repeated": ("le fait y est deux fois", "the fact is there twice"),
    "unlinked": ("le fait ne suit pas le précédent", "the fact does not follow the one before"),
    "rewritten": (
        "l’historique a été réécrit à partir d’ici : le point de contrôle dit autre chose",
        "the history was rewritten from here on: the checkpoint says otherwise",
    ),
    "case_row": (
        "le dossier ne dit pas ce que dit son historique",
        "the case does not say what its history says",
    ),
    "case_gone": ("le dossier entier a disparu", "the whole case is gone"),
    "orphan": ("des faits sans dossier", "facts without a case"),
    "words": ("le texte du fait a été modifié", "the words of the fact were changed"),
    "log_gap": ("les points de contrôle ne se suivent pas", "the checkpoints do not follow each other"),
    "checkpoint_file": (
        "ce fichier de point de contrôle manque ou a été modifié",
        "this checkpoint’s file is missing or changed",
    ),
    "checkpoint_row": (
        "ce point de contrôle a été modifié dans la base",
        "this checkpoint was changed in the database",
    ),
    "checkpoint_lost": (
        "la base ne contient plus ce point de contrôle signé",
        "the database does not hold this signed checkpoint any more",
    ),
    "other_town": (
        "ce point de contrôle est d’une autre municipalité",
        "this checkpoint is another municipality’s",
    ),
}


def of(fault: Fault) -> str:
    """Return what is wrong, in the terminal's language."""
    fr, en = _FAULTS[fault.kind]
    said = pick(fr=fr, en=en)
    return f"{said} ({fault.detail})" if fault.detail else said


def reading() -> str:
    """Return what is going on while histories are read."""
    return pick(fr="Lecture des historiques", en="Reading the histories")
