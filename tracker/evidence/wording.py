"""The words of a certificate, in both languages: it is made by the command too, where no reader's page is."""

from collections.abc import Mapping

TITLE = "title"
_WORDS: Mapping[str, tuple[str, str]] = {
    TITLE: ("Attestation de connaissance", "Certificate of knowledge"),
    "subtitle": ("Ce que la Ville savait d’un lieu, et quand", "What the city knew of a place, and when"),
    "town": ("Municipalité", "Municipality"),
    "place": ("Lieu", "Place"),
    "within": (
        "dans un rayon de {radius} m autour de {lat}, {lon} (WGS 84)",
        "within {radius} m of {lat}, {lon} (WGS 84)",
    ),
    "period": ("Période", "Period"),
    "since": ("du {from_at} au {to_at}", "from {from_at} to {to_at}"),
    "until": ("jusqu’au {to_at}", "until {to_at}"),
    "none": (
        "Aucun signalement ni aucun fait concernant ce lieu ne figure aux registres pour cette période : "
        "la Ville n’en avait pas connaissance au registre.",
        "No report and no fact about this place is on record for this period: the city had no knowledge on "
        "record.",
    ),
    "found": (
        "{cases} dossier(s), {reports} signalement(s) et {events} fait(s) figurent aux registres pour "
        "cette période. "
        "Premier signalement : {first}.",
        "{cases} case(s), {reports} report(s) and {events} fact(s) are on record for this period. First "
        "report: {first}.",
    ),
    "first_none": ("aucun dans la période", "none within the period"),
    "map": ("Plan du lieu", "Map of the place"),
    "map_told": (
        "Le cercle a un rayon de {radius} m ; chaque point est un dossier, numéroté comme ci-dessous. Rues "
        ": {streets}.",
        "The circle has a radius of {radius} m; each dot is a case, numbered as below. Streets: {streets}.",
    ),
    "case": ("Dossier {number}", "Case {number}"),
    "distance": ("à {distance} m", "{distance} m away"),
    "report": ("Signalement", "Report"),
    "received": ("Reçu", "Received"),
    "channel": ("Par", "By"),
    "photos": ("Photos", "Photos"),
    "fact": ("Fait", "Fact"),
    "when": ("Quand (heure locale ; UTC)", "When (local time; UTC)"),
    "who": ("Qui", "Who"),
    "seal": ("Sceau (SHA-256)", "Seal (SHA-256)"),
    "proof": (
        "Preuve : fait {seq}, feuille {leaf} d’un arbre de {size} ; chemin (RFC 6962) : {path}",
        "Proof: fact {seq}, leaf {leaf} of a tree of {size}; path (RFC 6962): {path}",
    ),
    "no_proof": (
        "Aucun point de contrôle ne couvre encore ces faits.",
        "No checkpoint covers these facts yet.",
    ),
    "checkpoint": ("Point de contrôle signé (Ed25519)", "Signed checkpoint (Ed25519)"),
    "no_checkpoint": ("Aucun point de contrôle n’a encore été signé.", "No checkpoint was signed yet."),
    "how": ("Ce que ce document prouve", "What this document proves"),
    "how_told": (
        "Chaque fait est scellé au précédent par son empreinte ; une racine de tous les sceaux est signée "
        "et conservée "
        "hors de la base de données. Changer, ôter ou ajouter un fait passé se verrait. Ce document ne "
        "nomme personne "
        "et ne contient les mots d’aucun citoyen. Les heures sont celles des registres. Il ne constitue "
        "pas un avis "
        "juridique : l’avis de réclamation de quinze jours est celui de l’article 585 de la Loi sur les "
        "cités et villes.",
        "Each fact is sealed to the one before by its hash; a root of all seals is signed and kept outside "
        "the database. "
        "To change, remove or add a past fact would show. This document names nobody and holds no "
        "resident’s words. Times "
        "are those of the records. It is no legal advice: the fifteen-day notice of claim is that of "
        "section 585 of the "
        "Cities and Towns Act.",
    ),
    "code": ("Code de vérification", "Verification code"),
    "check": (
        "À vérifier à l’adresse /attestations du site de la Ville, avec ce fichier, ou par « vigie audit "
        "check ».",
        "To be checked at /attestations on the city’s site, with this file, or by “vigie audit check”.",
    ),
    "page": ("page {page}", "page {page}"),
    "role.citizen": ("Personne qui a signalé", "Person who reported"),
    "role.system": ("Vigie, automatiquement", "Vigie, automatically"),
    "role.partner": ("Partenaire", "Partner"),
    "role.staff": ("Personnel de la Ville", "City staff"),
    "role.agent": ("Préposé", "Agent"),
    "role.dispatcher": ("Répartiteur", "Dispatcher"),
    "role.crew": ("Équipe", "Crew"),
    "role.inspector": ("Inspecteur", "Inspector"),
    "role.supervisor": ("Superviseur", "Supervisor"),
    "role.clerk": ("Greffe", "Clerk"),
    "role.admin": ("Administrateur", "Administrator"),
    "channel.web": ("site", "site"),
    "channel.mobile": ("mobile", "mobile"),
    "channel.phone": ("téléphone", "telephone"),
    "channel.counter": ("comptoir", "counter"),
    "channel.email": ("courriel", "e-mail"),
    "channel.crew": ("équipe", "crew"),
    "channel.open311": ("Open311", "Open311"),
}


def say(key: str, language: str, **values: object) -> str:
    """Return the words of a key; the key's last part when nobody wrote any."""
    french, english = _WORDS.get(key, (key.rpartition(".")[2],) * 2)
    return (english if language == "en" else french).format(**values)
