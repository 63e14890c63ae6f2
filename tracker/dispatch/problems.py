"""How failures of rule sets, trials and hours are answered."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.dispatch import errors as facts
from tracker.http import language
from tracker.http.errors import register as on


def register() -> None:
    """Add the failures of this feature to the table."""
    _rules()
    _trials_and_hours()


def _rules() -> None:
    on(
        facts.RulesInvalid,
        422,
        "triage-rules-invalid",
        title=_l("Règles à corriger"),
        message=lambda error: error.mistakes[0].said_in(language.current()),
        extra=lambda error: {"mistakes": [each.said_in(language.current()) for each in error.mistakes]},
    )
    on(
        facts.RulesUnknown,
        404,
        "triage-rules-unknown",
        title=_l("Règles introuvables"),
        message=lambda _error: _("Aucune version des règles n’a ce numéro."),
    )
    on(
        facts.RulesInForce,
        409,
        "triage-rules-in-force",
        title=_l("Règles déjà en vigueur"),
        message=lambda _error: _("Cette version est déjà en vigueur."),
    )
    on(
        facts.NothingToUndo,
        409,
        "triage-nothing-to-undo",
        title=_l("Rien à reprendre"),
        message=lambda _error: _("Aucune mise en vigueur ne reste à annuler."),
    )
    on(
        facts.GapsNotAcknowledged,
        409,
        "triage-gaps",
        title=_l("Des défauts à confirmer"),
        message=lambda error: _(
            "Trous : %(gaps)s, règles jamais atteintes : %(unreachable)s, conflits : %(overlaps)s. "
            "Confirmez que vous les connaissez, ou corrigez les règles.",
            gaps=error.gaps,
            unreachable=error.unreachable,
            overlaps=error.overlaps,
        ),
        extra=lambda error: {
            "gaps": error.gaps, "unreachable": error.unreachable, "overlaps": error.overlaps
        },
    )  # fmt: skip


def _trials_and_hours() -> None:
    on(
        facts.TrialUnknown,
        404,
        "triage-trial-unknown",
        title=_l("Essai introuvable"),
        message=lambda _error: _("Aucun essai n’a cet identifiant."),
    )
    on(
        facts.StintInvalid,
        422,
        "stint-invalid",
        title=_l("Heures impossibles"),
        message=lambda _error: _("Les heures finissent après avoir commencé, et pas dans l’avenir."),
    )
    on(
        facts.CrewUnknown,
        404,
        "crew-not-found",
        title=_l("Équipe introuvable"),
        message=lambda _error: _("Aucune équipe, ou aucune de ses heures, n’a ce code."),
    )
