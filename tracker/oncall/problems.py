"""How failures of the rota and of pages are answered."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.http.errors import register as on
from tracker.oncall import errors as facts


def register() -> None:
    """Add the failures of this feature to the table."""
    on(
        facts.PageNotFound,
        404,
        "page-not-found",
        title=_l("Alerte introuvable"),
        message=lambda _error: _("Aucune alerte n’a cette adresse."),
    )
    on(
        facts.NotAFriday,
        422,
        "turn-not-friday",
        title=_l("Tour de garde impossible"),
        message=lambda _error: _("Un tour de garde commence un vendredi, à 16 h."),
    )
    on(
        facts.UnknownTurn,
        422,
        "turn-unknown",
        title=_l("Tour de garde impossible"),
        message=lambda _error: _("Ce domaine ou ce rang n’existe pas."),
    )
    on(
        facts.RankOfAll,
        422,
        "turn-of-all",
        title=_l("Tour de garde impossible"),
        message=lambda _error: _("La première et la seconde personne répondent d’un seul domaine."),
    )
    on(
        facts.NotReachable,
        422,
        "turn-not-reachable",
        title=_l("Tour de garde impossible"),
        message=lambda _error: _("Il faut un téléphone ou une adresse de courriel."),
    )
