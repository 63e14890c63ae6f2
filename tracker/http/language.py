"""The reader's language: which one, and the words in it.

Messages are written in French in the code; the English ones are in `tracker/web/locale/en/LC_MESSAGES`, one
`.po` file per feature. They are read straight from there, once per process: nothing compiled can be stale.
"""

from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, g, has_request_context, request
from flask_babel import Babel, Domain, get_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from tracker.http import state

SUPPORTED = ("fr", "en")
COOKIE = "vigie_lang"
LOCALE_FOLDER = Path(__file__).resolve().parents[1] / "web" / "locale"


def init_app(app: Flask) -> None:
    """Give the application its languages."""
    _Babel(app, default_locale="fr_CA", locale_selector=_locale, timezone_selector=_zone)
    app.after_request(_label)
    app.jinja_env.globals["language"] = current


def current() -> str:
    """Return the language of the answer, `fr` or `en`.

    `?lang=`, else the cookie, else the reader's own, else what the browser accepts, else the
    jurisdiction's first; never one that the jurisdiction does not use.
    """
    if not has_request_context() or "state" not in g:
        return SUPPORTED[0]
    now = state.current()
    if now.language is None:
        now.language = _choose(now)
    return now.language


def _choose(now: state.State) -> str:
    offered: tuple[str, ...] = SUPPORTED
    if now.selected is not None:
        offered = tuple(code for code in now.selected.languages if code in SUPPORTED) or SUPPORTED
    for wanted in (request.args.get("lang"), request.cookies.get(COOKIE), now.actor.language):
        if wanted in offered:
            return wanted
    header = request.headers.get("Accept-Language")
    return (header and _accepted(header[:200], offered)) or offered[0]


@lru_cache(maxsize=512)
def _accepted(header: str, offered: tuple[str, ...]) -> str | None:
    return parse_accept_header(header, LanguageAccept).best_match(offered)


def _locale() -> Locale:
    return locale_of(current())


@cache
def locale_of(language: str) -> Locale:
    """Return the conventions of a language as written in Canada (dates, numbers)."""
    return Locale(language, "CA")


def _zone() -> str:
    selected = state.current().selected if has_request_context() else None
    return selected.zone if selected is not None else "UTC"


def _label(response: Response) -> Response:
    """Say which language was used, and what the choice depended on, when there was one."""
    language = state.current().language
    if language is not None:
        response.headers.setdefault("Content-Language", language)
        if "Vary" in response.headers:
            response.vary.update(("Accept-Language", "Cookie"))
        else:  # the usual case, without a set's bookkeeping
            response.headers["Vary"] = "Accept-Language, Cookie"
    return response


@cache
def translations(language: str) -> NullTranslations:
    """Return the messages of a language, from all of its `.po` files."""
    files = sorted((LOCALE_FOLDER / language / "LC_MESSAGES").glob("*.po"))
    if not files:
        return _French()
    whole = Catalog(locale=language)
    for file in files:
        with file.open("rb") as stream:
            for message in read_po(stream, locale=language):
                if message.id and message.string and not message.fuzzy:
                    whole[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return Translations(compiled)


class _French(NullTranslations):
    """The messages as the code has them; in French nothing is singular too (« 0 signalement »)."""

    def ungettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return msgid1 if abs(n) < 2 else msgid2


class _Domain(Domain):  # type: ignore[misc]  # Flask-Babel ships no types
    def get_translations(self) -> NullTranslations:
        locale = get_locale()
        return translations(locale.language if locale is not None else SUPPORTED[0])


class _Babel(Babel):  # type: ignore[misc]  # Flask-Babel ships no types
    domain_instance: Any = _Domain()
