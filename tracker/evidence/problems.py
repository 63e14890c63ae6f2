"""How failures of evidence are answered."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.evidence import errors as facts
from tracker.http.errors import register as on


def register() -> None:
    """Add the failures of this feature to the table."""
    on(
        facts.HoldNotFound,
        404,
        "hold-not-found",
        title=_l("Gel introuvable"),
        message=lambda _error: _("Aucun gel en vigueur n’a cet identifiant."),
    )
    on(
        facts.CertificateNotFound,
        404,
        "certificate-not-found",
        title=_l("Attestation inconnue"),
        message=lambda _error: _(
            "Ce n’est pas une attestation que cette Ville a délivrée, ou elle a été modifiée."
        ),
    )
    on(
        facts.OnHold,
        409,
        "on-hold",
        title=_l("Gelé"),
        message=lambda _error: _(
            "La loi oblige à conserver ce dossier pour le moment\u00a0; rien n’a été effacé."
        ),
    )
    on(
        facts.HistoryBroken,
        409,
        "history-broken",
        title=_l("Historique rompu"),
        message=lambda error: _(
            "L’historique du dossier %(case)s ne tient pas à l’événement %(seq)s\u00a0: rien n’est signé.",
            case=error.case,
            seq=error.seq,
        ),
    )
    on(
        facts.KeyMissing,
        503,
        "evidence-key-missing",
        title=_l("Clé absente"),
        message=lambda _error: _("La clé qui signe n’est pas sur ce serveur."),
    )
