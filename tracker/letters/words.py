"""What letters say, in both languages."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency

TITLES = {
    "permit": {"fr": "Permis ou autorisation", "en": "Permit or authorization"},
    "refusal": {"fr": "Décision de refus", "en": "Decision: refused"},
    "owner_notice": {"fr": "Avis au propriétaire", "en": "Notice to the owner"},
}
LABELS: Mapping[str, Mapping[str, str]] = {
    "number": {"fr": "Dossier", "en": "File"},
    "service": {"fr": "Objet", "en": "Subject"},
    "place": {"fr": "Lieu", "en": "Place"},
    "holder": {"fr": "Titulaire", "en": "Holder"},
    "made_on": {"fr": "Date", "en": "Date"},
    "valid_until": {"fr": "Valable jusqu’au", "en": "Valid until"},
    "conditions": {"fr": "Conditions", "en": "Conditions"},
    "paid": {"fr": "Montant payé", "en": "Amount paid"},
    "reason": {"fr": "Motif", "en": "Reason"},
    "article": {"fr": "Article du règlement", "en": "Section of the by-law"},
    "recourse": {"fr": "Recours", "en": "Recourse"},
    "report": {"fr": "Constat de la visite", "en": "Visit report"},
    "deadline": {"fr": "À corriger au plus tard le", "en": "To correct no later than"},
}
BODIES = {
    "permit": {
        "fr": "La Ville autorise ce qui est décrit ci-dessous, aux conditions indiquées. "
        "Gardez ce document sur les lieux et montrez-le à qui vient inspecter.",
        "en": "The city authorizes what is described below, under the conditions stated. "
        "Keep this document on the premises and show it to whoever comes to inspect.",
    },
    "refusal": {
        "fr": "La Ville a étudié votre demande et ne peut pas l’accorder. "
        "Le motif, l’article appliqué et vos recours suivent.",
        "en": "The city has studied your request and cannot grant it. "
        "The reason, the section applied and your recourses follow.",
    },
    "owner_notice": {
        "fr": "Une visite des lieux a montré une situation contraire à la réglementation. "
        "Corrigez-la avant la date indiquée ; une nouvelle visite suivra.",
        "en": "A visit of the premises found a situation contrary to the by-laws. "
        "Correct it before the date given; another visit will follow.",
    },
}


def said(words: Mapping[str, str], language: str) -> str:
    """Return words in a language."""
    return words["en" if language == "en" else "fr"]


def day(value: date | str, language: str) -> str:
    """Return a day in full."""
    known = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return format_date(known, "long", locale=f"{language}_CA")


def money(cents: int, language: str) -> str:
    """Return an amount of dollars as each language writes it."""
    written: str = format_currency(cents / 100, "CAD", locale=f"{language}_CA")
    return written


def lines(given: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """Return the lines of a letter, each label with what it says; what is not known is left out."""
    return [(said(LABELS[name], language), str(given[name])) for name in LABELS if given.get(name)]
