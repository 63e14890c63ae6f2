"""How failures of payments are answered."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.http.errors import register as on
from tracker.payments import errors as facts


def register() -> None:
    """Add the failures of this feature to the table."""
    on(
        facts.PaidAlready,
        409,
        "paid-already",
        title=_l("Paiement déjà noté"),
        message=lambda _error: _("Un paiement porte déjà cette référence."),
    )
    on(
        facts.NothingOwed,
        409,
        "nothing-owed",
        title=_l("Montant impossible"),
        message=lambda _error: _("Ce montant dépasse ce qui reste à payer, ou à rendre."),
    )
    on(
        facts.SignatureInvalid,
        401,
        "signature-invalid",
        title=_l("Signature refusée"),
        message=lambda _error: _("L’avis de paiement n’est pas signé, ou l’est depuis trop longtemps."),
    )
    on(
        facts.GatewayAbsent,
        404,
        "no-gateway",
        title=_l("Aucune passerelle de paiement"),
        message=lambda _error: _("Cette installation n’attend aucun avis de paiement."),
    )
