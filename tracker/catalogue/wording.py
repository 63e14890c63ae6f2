"""The sentences that explain a mistake, in the two languages."""

from tracker.catalogue.promises import Text

SENTENCES = {
    "absent": Text(fr="ce champ est obligatoire.", en="this field is required."),
    "bad_code": Text(
        fr="« {value} » n’est pas un code valable ; attendu : {expected}.",
        en="“{value}” is not a valid code; expected: {expected}.",
    ),
    "bad_day": Text(
        fr='« {value} » n’est pas un jour de l’année ; écrire mois-jour, par exemple "11-01".',
        en='“{value}” is not a day of the year; write month-day, for example "11-01".',
    ),
    "bad_priority_gate": Text(
        fr="un service de priorité 1 doit dire quand appeler le 911.",
        en="a service of priority 1 must say when to call 911.",
    ),
    "bad_type": Text(
        fr="« {value} » n’est pas du bon genre ; attendu : {expected}.",
        en="“{value}” is of the wrong kind; expected: {expected}.",
    ),
    "condition_first": Text(
        fr="la règle sans condition doit être la dernière ; les suivantes ne servent jamais.",
        en="the rule without a condition must come last; those after it can never apply.",
    ),
    "condition_only": Text(
        fr="il manque une dernière règle sans condition, pour les autres cas.",
        en="a last rule without a condition is missing, for every other case.",
    ),
    "duplicate_key": Text(
        fr="« {value} » est écrit deux fois (ligne {line}).",
        en="“{value}” is written twice (line {line}).",
    ),
    "duplicate_label": Text(
        fr="deux choix portent le même nom, « {value} ».",
        en="two options have the same name, “{value}”.",
    ),
    "duplicate_service": Text(
        fr="ce service est déjà défini dans {value}.",
        en="this service is already defined in {value}.",
    ),
    "empty": Text(fr="ce texte est vide.", en="this text is empty."),
    "empty_list": Text(fr="cette liste est vide.", en="this list is empty."),
    "empty_group": Text(
        fr="ce groupe n’a aucun service actif.",
        en="this group has no active service.",
    ),
    "group_order": Text(
        fr="les seize premiers groupes doivent être, dans l’ordre : {expected}.",
        en="the first sixteen groups must be, in order: {expected}.",
    ),
    "no_file": Text(fr="ce fichier est introuvable.", en="this file cannot be found."),
    "no_folder": Text(fr="ce dossier est introuvable.", en="this folder cannot be found."),
    "not_exposed": Text(
        fr="un service de la famille {value} n’est jamais exposé par Open311.",
        en="a service of the {value} family is never exposed through Open311.",
    ),
    "not_on_map": Text(
        fr="le lieu ou le dossier est privé ; le service ne peut pas paraître sur la carte publique.",
        en="the place or the file is private; the service cannot be shown on the public map.",
    ),
    "options_needed": Text(
        fr="une question à choix demande au moins deux choix.",
        en="a list question needs at least two options.",
    ),
    "options_refused": Text(
        fr="seule une question à choix peut avoir des choix.",
        en="only a list question may have options.",
    ),
    "out_of_range": Text(
        fr="{value} est hors limites ; attendu : de {low} à {high}.",
        en="{value} is out of range; expected: {low} to {high}.",
    ),
    "unknown": Text(
        fr="« {value} » est inconnu ; possibles : {expected}.",
        en="“{value}” is unknown; possible: {expected}.",
    ),
    "unknown_field": Text(
        fr="ce champ n’existe pas ; possibles : {expected}.",
        en="there is no such field; possible: {expected}.",
    ),
    "unknown_group": Text(
        fr="le groupe {value} n’est pas dans groups.yaml.",
        en="the group {value} is not in groups.yaml.",
    ),
    "unknown_fact": Text(
        fr="aucune question ni circonstance ne s’appelle « {value} » ; possibles : {expected}.",
        en="no question or circumstance is called “{value}”; possible: {expected}.",
    ),
    "unknown_answer": Text(
        fr="« {value} » n’est jamais une réponse à cette question ; possibles : {expected}.",
        en="“{value}” is never an answer to this question; possible: {expected}.",
    ),
    "unknown_service": Text(
        fr="aucun service n’a le code {value}.",
        en="no service has the code {value}.",
    ),
    "unreadable": Text(
        fr="ce fichier n’est pas du YAML lisible (ligne {line}).",
        en="this file is not readable YAML (line {line}).",
    ),
    "untranslated": Text(
        fr="le texte manque en {value}.",
        en="the text is missing in {value}.",
    ),
    "wrong_group": Text(
        fr="le code doit commencer par celui du groupe, {value}.",
        en="the code must begin with that of the group, {value}.",
    ),
}
