"""A municipality's own words: versions that are kept, tried on a real case, and put to use or taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tracker import ids
from tracker.cases.models import CaseRow
from tracker.notify import book, errors, facts, templates, values
from tracker.notify.book import LANGUAGES, Notice
from tracker.notify.calls import Told
from tracker.notify.models import TemplateRow
from tracker.notify.templates import Texts

HOUSE = 0
"""The version that is the house's own words."""
_EXAMPLES = {
    "fr": "Ce que la personne lira.",
    "en": "What the person will read.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """One version of the words of a notice."""

    version: int
    status: str
    texts: Mapping[str, Mapping[str, str]]
    created_at: datetime | None = None
    created_by: str = ""


def versions(session: Session, code: str) -> list[Version]:
    """Return the versions of a notice, the newest first, the house's own last. Raises TemplateUnknown."""
    notice = _shipped(code)
    kept = session.scalars(
        select(TemplateRow).where(TemplateRow.code == code).order_by(TemplateRow.version.desc())
    ).all()
    found = [
        Version(
            version=row.version,
            status=row.status,
            texts=row.texts,
            created_at=row.created_at,
            created_by=row.created_by,
        )
        for row in kept
    ]
    is_active = not any(each.status == "active" for each in found)
    house = {language: _as_mapping(each) for language, each in notice.texts.items()}
    return [*found, Version(version=HOUSE, status="active" if is_active else "retired", texts=house)]


def save(
    session: Session, code: str, texts: Mapping[str, Mapping[str, str]], *, by: str, at: datetime
) -> int:
    """Keep new words as a draft and return its version. One language may still be missing.

    Raises TemplateUnknown, TemplateUnsound. The caller commits.
    """
    templates.check(texts, _shipped(code).inputs)
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"notice_template/{code}", 8))))
    newest = session.scalar(select(func.max(TemplateRow.version)).where(TemplateRow.code == code)) or HOUSE
    row = TemplateRow(
        id=ids.new_id(),
        code=code,
        version=newest + 1,
        texts={language: dict(each) for language, each in texts.items()},
        status="draft",
        created_at=at,
        created_by=by,
    )
    session.add(row)
    session.flush()
    return row.version


def activate(session: Session, code: str, version: int, *, by: str, at: datetime) -> None:
    """Put a version to use in place of the one that is, the house's own for version 0.

    Raises TemplateUnknown, VersionUnknown, LanguageMissing, TemplateUnsound (the rules grew stricter).
    """
    notice = _shipped(code)
    wanted = None
    if version != HOUSE:
        wanted = session.scalars(
            select(TemplateRow)
            .where(TemplateRow.code == code, TemplateRow.version == version)
            .with_for_update()
        ).one_or_none()
        if wanted is None:
            raise errors.VersionUnknown
        for language in LANGUAGES:
            if language not in wanted.texts:
                raise errors.LanguageMissing(language)
        templates.check(wanted.texts, notice.inputs)
    session.execute(
        update(TemplateRow)
        .where(TemplateRow.code == code, TemplateRow.status == "active")
        .values(status="retired")
    )
    if wanted is not None:
        wanted.status, wanted.activated_at, wanted.activated_by = "active", at, by
    session.flush()


def preview(
    session: Session, code: str, texts: Mapping[str, Mapping[str, str]], case: CaseRow
) -> dict[str, Texts]:
    """Return the words as a person of a real case would read them, in each language given.

    What was filled in for the move shows as an example. Raises TemplateUnknown, TemplateUnsound.
    """
    notice = _shipped(code)
    templates.check(texts, notice.inputs)
    here = values.scene(session)
    row = facts.case(session, case.id)
    told = Told(case=row, seq=0, kind="moved", actor="system", at=case.updated_at, payload={})
    shown: dict[str, Texts] = {}
    for language, each in texts.items():
        known = values.of(here, told, language, shown=row)
        known |= {"other": row.number, "note": _EXAMPLES[language], "reason": _EXAMPLES[language]}
        known |= {"wish": row.number, "count": 2, "news": f"– {row.number}", "manage": "https://…"}
        said = dict.fromkeys(notice.inputs, _EXAMPLES[language])
        shown[language] = templates.render(Texts(**each), known, said=said, link="https://…/suivi/…")
    return shown


def _shipped(code: str) -> Notice:
    try:
        return book.shipped()[code]
    except KeyError:
        raise errors.TemplateUnknown(code) from None


def _as_mapping(texts: Texts) -> dict[str, Any]:
    return {part: getattr(texts, part) for part in templates.PARTS}


def in_use(session: Session) -> dict[str, int]:
    """Return the version in use of each notice that has words of the town's own."""
    found = select(TemplateRow.code, TemplateRow.version).where(TemplateRow.status == "active")
    return {row.code: row.version for row in session.execute(found)}
