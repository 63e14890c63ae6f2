"""How failures of documents are answered."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.documents import errors as facts
from tracker.http.errors import Message
from tracker.http.errors import register as on

MEGABYTE = 1024 * 1024


def register() -> None:
    """Add the failures of this feature to the table."""
    on(
        facts.DocumentNotFound,
        404,
        "document-not-found",
        title=_l("Document introuvable"),
        message=lambda _error: _("Ce document n’existe pas ou ne vous est pas ouvert."),
    )
    on(
        facts.DocumentsNotTaken,
        422,
        "documents-not-taken",
        title=_l("Document non demandé"),
        message=lambda _error: _("Ce service ne prend pas de documents, ou le dossier est clos."),
    )
    on(
        facts.TooManyDocuments,
        422,
        "too-many-documents",
        title=_l("Trop de documents"),
        message=lambda error: _("Au plus %(limit)d documents.", limit=error.limit),
    )
    on(
        facts.NoDocument,
        422,
        "no-document",
        title=_l("Aucun document"),
        message=lambda _error: _("Choisissez au moins un document PDF."),
    )
    on(
        facts.DocumentTooHeavy,
        413,
        "document-too-heavy",
        title=_l("Document trop lourd"),
        message=lambda error: _(
            "Un document compte au plus %(limit)d Mo.", limit=error.limit_bytes // MEGABYTE
        ),
    )
    _refusals()


def _refusals() -> None:
    """Say what a document that was refused has, and what to send in its place."""
    title = _l("Document refusé")
    for failure, kind, said in _REFUSED:
        on(failure, 422, kind, title=title, message=said)


_REFUSED: tuple[tuple[type[Exception], str, Message], ...] = (
    (
        facts.NotPdf,
        "document-not-pdf",
        lambda _error: _(
            "Ce fichier n’est pas un PDF, quel que soit son nom. Envoyez un PDF, ou une photo à la place des "
            "photos."
        ),
    ),
    (
        facts.Unreadable,
        "document-unreadable",
        lambda _error: _("Ce PDF est abîmé ou incomplet. Enregistrez-le de nouveau, puis renvoyez-le."),
    ),
    (
        facts.Encrypted,
        "document-encrypted",
        lambda _error: _("Ce PDF est protégé par un mot de passe. Envoyez-en une copie sans protection."),
    ),
    (
        facts.HasScript,
        "document-script",
        lambda _error: _(
            "Ce PDF contient un programme. Imprimez-le dans un nouveau PDF, puis envoyez celui-ci."
        ),
    ),
    (
        facts.HasAction,
        "document-action",
        lambda _error: _(
            "Ce PDF lance ou envoie quelque chose tout seul. Imprimez-le dans un nouveau PDF, puis envoyez "
            "celui-ci."
        ),
    ),
    (
        facts.HasAttachment,
        "document-attachment",
        lambda _error: _("Ce PDF contient d’autres fichiers. Envoyez chacun à part, en PDF."),
    ),
    (
        facts.TooCostly,
        "document-costly",
        lambda _error: _(
            "Ce PDF demande trop de mémoire ou de temps pour être lu. Imprimez-le dans un nouveau PDF."
        ),
    ),
    (
        facts.TooManyPages,
        "document-pages",
        lambda error: _("Un document a au plus %(limit)d pages.", limit=error.limit),
    ),
)
