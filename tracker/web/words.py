"""Sentences that scripts say, delivered with the page in the reader's language."""

from flask_babel import gettext as _


def of_page() -> dict[str, str]:
    """Return every sentence of `static/js`, by the key that scripts use."""
    return {
        "accuracy": _("Précis à {metres} m près"),
        "chosen_point": _("Le point choisi"),
        "close": _("Fermer"),
        "copied": _("Lien copié"),
        "kept_here": _("Gardé ici : rien n’est perdu. Réessayez quand le réseau revient."),
        "draft_back": _("On a gardé ce que vous aviez écrit."),
        "loading": _("Un instant…"),
        "locate_failed": _("Votre position n’est pas disponible. Déplacez la carte, ou entrez une adresse."),
        "map_failed": _("La carte n’a pas pu se charger. La liste, elle, fonctionne."),
        "near_you": _("Près de vous"),
        "outside": _("Cet endroit est hors de la ville."),
        "photo_of": _("Votre photo"),
        "remove_photo": _("Retirer la photo"),
        "retry": _("Réessayer"),
        "send_failed": _("L’envoi n’a pas réussi."),
        "sending": _("Envoi…"),
        **_of_the_tablet(),
        "undo": _("Annuler"),
        "undone": _("C’est annulé."),
        "where_title": _("C’est ici ?"),
        "zoom_in": _("Rapprocher"),
        "zoom_out": _("Éloigner"),
        "locate": _("Aller à ma position"),
        "map_first": _("La carte montre les {count} premiers dossiers de la file."),
        "cluster": _("{count} dossiers ici : rapprocher"),
        "open_case": _("Voir le dossier {number}"),
        "could_not": _("Ce n’est pas fait."),
    }


def _of_the_tablet() -> dict[str, str]:
    """Return what the tablet says of what waits there to be sent."""
    return {
        "sync_words_one": _("1 message attend le réseau"),
        "sync_words_many": _("{count} messages attendent le réseau"),
        "sync_acts_one": _("1 envoi attend le réseau"),
        "sync_acts_many": _("{count} envois attendent le réseau"),
        "known_at": _(
            "Sans réseau : voici ce qu’on savait à {at}. Ce que vous faites est gardé et partira tout seul."
        ),
        "done_waiting": _("{done} — attend le réseau"),
        "done_refused": _("{done} — pas passé"),
        "done_held": _("{done} — retenu par ce qui précède"),
        "done_again": _("Envoyer quand même"),
        "done_check": _("Vérifier de nouveau"),
        "done_mend": _("Corriger"),
        "done_drop_sure": _("Oui, retirer pour de bon"),
        "move_taken": _(
            "Ce dossier n’est plus à votre équipe : la répartition l’a confié à une autre pendant que vous "
            "étiez sans réseau. Dites-lui ce que vous avez fait ; rien n’est effacé d’ici."
        ),
        "move_changed": _("Le dossier a changé pendant que vous étiez sans réseau : « {state} »."),
        "move_closed": _(
            "Le dossier a changé pendant que vous étiez sans réseau : « {state} ». "
            "Cela ne peut plus y être fait."
        ),
        "move_decide": _("Décidez d’abord de ce qui n’est pas passé."),
        "move_later": _("La suite s’ouvre quand le réseau revient."),
        "sync_sign_in": _("reconnectez-vous pour les envoyer"),
        "sync_others": _("{count} d’une autre personne, qui doit se connecter"),
        "written_waiting": _("En attente du réseau"),
        "written_refused": _("Refusé"),
        "written_kept": _("Gardé sur la tablette. L’envoi se fait tout seul dès qu’il y a du réseau."),
        "written_sent": _("Envoyé."),
        "written_drop": _("Retirer"),
    }
