"""What a schema found wrong, as a list of `{detail, pointer}` (RFC 9457 §3) in the reader's language."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import HTTPException

# Where webargs says a value was, and how that is told: in the body by JSON Pointer, elsewhere by name.
_BODIES = frozenset({"json", "form", "files", "json_or_form"})
_WHOLE = "_schema"

# marshmallow's and webargs's own sentences, which are only to be had in English.
_SENTENCES: tuple[tuple[re.Pattern[str], Any], ...] = tuple(
    (re.compile(pattern), sentence)
    for pattern, sentence in (
        (r"Missing data for required field\.", _l("Cette donnée est requise.")),
        (r"Field may not be null\.", _l("Cette donnée ne peut pas être nulle.")),
        (r"Unknown field\.", _l("Donnée inconnue.")),
        (r"Not a valid (integer|number)\.", _l("Ce doit être un nombre.")),
        (r"Not a valid string\.", _l("Ce doit être un texte.")),
        (r"Not a valid boolean\.", _l("Ce doit être vrai ou faux.")),
        (r"Not a valid (date|datetime|time|naive datetime|aware datetime)\.", _l("Date ou heure invalide.")),
        (r"Not a valid list\.", _l("Ce doit être une liste.")),
        (r"Not a valid mapping type\.", _l("Ce doit être un objet.")),
        (r"Not a valid UUID\.", _l("Identifiant invalide.")),
        (r"Not a valid URL\.", _l("Adresse Web invalide.")),
        (r"Not a valid email address\.", _l("Adresse courriel invalide.")),
        (r"Not a valid utf-8 string\.", _l("Ce texte n’est pas en UTF-8.")),
        (r"Special numeric values .*", _l("Ce nombre n’est pas fini.")),
        (r"Number too large\.", _l("Ce nombre est trop grand.")),
        (r"Must be one of: (?P<choices>.*)\.", _l("Ce doit être l’un de : %(choices)s.")),
        (
            r"Must be greater than or equal to (?P<min>.*?)"
            r" and less than or equal to (?P<max>.*)\.",
            _l("Ce doit être entre %(min)s et %(max)s."),
        ),
        (r"Must be greater than or equal to (?P<min>.*)\.", _l("Ce doit être au moins %(min)s.")),
        (r"Must be less than or equal to (?P<max>.*)\.", _l("Ce doit être au plus %(max)s.")),
        (r"Shorter than minimum length (?P<min>.*)\.", _l("Trop court : au moins %(min)s.")),
        (r"Longer than maximum length (?P<max>.*)\.", _l("Trop long : au plus %(max)s.")),
        (
            r"Length must be between (?P<min>.*) and (?P<max>.*)\.",
            _l("Longueur permise : %(min)s à %(max)s."),
        ),
        (r"String does not match expected pattern\.", _l("Ce texte n’a pas la forme attendue.")),
        (r"Invalid input( type)?\.", _l("Ce doit être un objet.")),
        (r"Invalid JSON body\.", _l("Ce n’est pas du JSON.")),
        (r"Invalid value\.", _l("Valeur invalide.")),
    )
)


def faults(error: HTTPException) -> list[dict[str, str]]:
    """Return what is wrong with the request's data, when a schema told."""
    data = getattr(error, "data", None)
    messages = data.get("errors") or data.get("messages") if isinstance(data, Mapping) else None
    if not isinstance(messages, Mapping):
        return []
    return [fault for where, found in messages.items() for fault in _walk(str(where), (), found)]


def _walk(where: str, path: tuple[str, ...], found: Any) -> Iterator[dict[str, str]]:
    if isinstance(found, Mapping):
        for key, inner in found.items():
            yield from _walk(where, path if key == _WHOLE else (*path, str(key)), inner)
        return
    for sentence in found if isinstance(found, list | tuple) else (found,):
        if isinstance(sentence, Mapping | list):
            yield from _walk(where, path, sentence)
        else:
            yield {"detail": translated(str(sentence)), **_place(where, path)}


def _place(where: str, path: tuple[str, ...]) -> dict[str, str]:
    if where in _BODIES:
        return {"pointer": pointer(*path)}
    return {"parameter": ".".join(path)} if path else {}


def pointer(*path: str | int) -> str:
    """Return a JSON Pointer to a value of the body (RFC 6901 §3)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def translated(sentence: str) -> str:
    """Return a library's sentence in the reader's language; any other is one of ours and is so already."""
    for pattern, ours in _SENTENCES:
        match = pattern.fullmatch(sentence)
        if match is not None:
            return str(ours) % match.groupdict() if match.groupdict() else str(ours)
    return sentence
