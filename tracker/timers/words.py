"""Timers in words, for those who work on the case."""

from tracker.workflow import Words

NAMES = {
    "page_on_call": Words(fr="Alerter la personne de garde", en="Page whoever is on call"),
    "page_second": Words(fr="Alerter la seconde personne de garde", en="Page the second person on call"),
    "page_supervisor": Words(fr="Alerter la supervision", en="Page the supervisor"),
    "page_director": Words(fr="Alerter la direction", en="Page the director"),
    "crew_unseen": Words(
        fr="Appeler l’équipe si elle ne donne pas signe", en="Call the crew if it gives no sign"
    ),
    "crew_silent": Words(fr="Offrir à une autre équipe", en="Offer to another crew"),
    "warn_unaccepted": Words(
        fr="Avertir\N{NO-BREAK SPACE}: toujours pas accepté", en="Warn: still not accepted"
    ),
    "remind_question": Words(fr="Rappeler la question", en="Remind of the question"),
    "question_unanswered": Words(fr="Fermer sans réponse", en="Close without an answer"),
    "review_hold": Words(fr="Revoir la mise en attente", en="Review the hold"),
    "chase_partner": Words(fr="Relancer le partenaire", en="Chase the partner"),
    "feedback_window": Words(
        fr="Fermer\N{NO-BREAK SPACE}: plus de commentaire possible", en="Close: the time for comments is over"
    ),
    "close_compliant": Words(fr="Fermer le dossier conforme", en="Close the compliant file"),
    "deadline_reached": Words(fr="Réinspecter", en="Inspect again"),
    "hearing_due": Words(fr="Audition", en="Hearing"),
    "unanswered": Words(
        fr="Avertir la supervision\N{NO-BREAK SPACE}: pas de réponse", en="Tell the supervisor: not answered"
    ),
    "answer_accepted": Words(fr="Fermer la question", en="Close the question"),
    "draft_expires": Words(fr="Fermer le brouillon", en="Close the draft"),
    "completeness_due": Words(fr="Vérifier que le dossier est complet", en="Check that the file is complete"),
    "documents_expire": Words(fr="Fermer sans les documents", en="Close without the documents"),
    "committee_met": Words(fr="Noter l’avis du comité", en="Record the committee’s opinion"),
    "payment_expires": Words(fr="Fermer sans paiement", en="Close without payment"),
    "permit_expires": Words(fr="Fin du permis", en="The permit ends"),
    "cart_expires": Words(fr="Libérer la place", en="Release the place"),
    "offer_expires": Words(fr="Offrir la place à une autre personne", en="Offer the place to somebody else"),
    "close_returned": Words(fr="Fermer la réservation", en="Close the booking"),
    "half_unanswered": Words(
        fr="Colorer dans la file\N{NO-BREAK SPACE}: moitié du premier délai",
        en="Colour in the queue: half the first delay",
    ),
    "nearly_due": Words(
        fr="Avertir le chef d’équipe\N{NO-BREAK SPACE}: 75 % du délai",
        en="Tell the team’s lead: 75% of the delay",
    ),
    "overdue": Words(
        fr="Avertir la supervision et promettre une nouvelle date",
        en="Tell the supervisor, promise a new date",
    ),
    "overdue_by_half": Words(
        fr="Liste de la direction\N{NO-BREAK SPACE}: 150 % du délai", en="Director’s list: 150% of the delay"
    ),
    "overdue_threefold": Words(
        fr="Rapport au conseil\N{NO-BREAK SPACE}: 300 % du délai",
        en="Report to the council: 300% of the delay",
    ),
    "paused_long": Words(
        fr="Avertir la supervision\N{NO-BREAK SPACE}: 60 jours de pause",
        en="Tell the supervisor: paused for 60 days",
    ),
}
LEVELS = {
    "queue": Words(
        fr="À accepter\N{NO-BREAK SPACE}: moitié du délai passée", en="To accept: half the delay has passed"
    ),
    "chief": Words(
        fr="Bientôt dû\N{NO-BREAK SPACE}: chef d’équipe averti", en="Nearly due: the team’s lead was told"
    ),
    "supervisor": Words(
        fr="En retard\N{NO-BREAK SPACE}: supervision avertie", en="Overdue: the supervisor was told"
    ),
    "director": Words(
        fr="Très en retard\N{NO-BREAK SPACE}: liste de la direction", en="Very late: on the director’s list"
    ),
    "council": Words(
        fr="Trois fois le délai\N{NO-BREAK SPACE}: rapport au conseil",
        en="Three times the delay: council report",
    ),
}


def name(code: str, language: str) -> str:
    """Return what a timer will do, in words; its code when a workflow of the town's own names it."""
    said = NAMES.get(code)
    return said.said_in(language) if said is not None else code
