"""How failures of channels and webhooks are answered."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.http.errors import register as on
from tracker.notify.channels import errors
from tracker.notify.webhooks import errors as webhooks


def register() -> None:
    """Add the failures of this feature to the table."""
    on(
        errors.PushNotOffered,
        404,
        "push-not-offered",
        title=_l("Pas de notifications ici"),
        message=lambda _error: _("Cette ville n’envoie pas de notifications au navigateur."),
    )
    on(
        errors.PushEndpointRefused,
        422,
        "push-endpoint-refused",
        title=_l("Abonnement inutilisable"),
        message=lambda _error: _("L’adresse ou les clés de cet abonnement ne peuvent pas servir."),
    )
    on(
        errors.SignatureInvalid,
        403,
        "callback-unsigned",
        title=_l("Signature invalide"),
        message=lambda _error: _("Ceci n’est pas signé par le fournisseur de textos."),
    )
    on(
        errors.LinkInvalid,
        404,
        "link-invalid",
        title=_l("Lien inconnu"),
        message=lambda _error: _("Ce lien ne vient pas d’ici, ou il est abîmé."),
    )
    on(
        webhooks.WebhookNotFound,
        404,
        "webhook-not-found",
        title=_l("Webhook introuvable"),
        message=lambda _error: _("Aucun webhook n’a cet identifiant."),
    )
    on(
        webhooks.UrlRefused,
        422,
        "webhook-url-refused",
        title=_l("Adresse refusée"),
        message=lambda _error: _("L’adresse d’un webhook est publique et en https."),
    )
    on(
        webhooks.TooMany,
        409,
        "webhooks-too-many",
        title=_l("Trop de webhooks"),
        message=lambda _error: _("Il y a déjà vingt webhooks ; retirez-en un d’abord."),
    )
