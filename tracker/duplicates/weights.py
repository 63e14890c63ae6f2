"""The weights in use: those of data/duplicates, with what a town has learned of its own, if it chose that."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gis.learned import Learned
from gis.text import Lexicon
from gis.weights import Weights
from tracker import definitions
from tracker.db import PerRevision
from tracker.duplicates import errors
from tracker.duplicates.models import DuplicateWeights

FOLDER = definitions.DATA / "duplicates"
DEFAULT = FOLDER / "learned.yaml"


@lru_cache(maxsize=1)
def prior() -> Weights:
    """Return the careful prior of data/duplicates/weights.yaml, read once."""
    lexicon = Lexicon(definitions.read_mapping(FOLDER / "lexicon.yaml"))
    return Weights.from_mapping(definitions.read_mapping(FOLDER / "weights.yaml"), lexicon)


@lru_cache(maxsize=1)
def default() -> Weights:
    """Return the prior with what was learned on the demo city, read once."""
    return with_learned(read(DEFAULT)) if DEFAULT.is_file() else prior()


def with_learned(learned: Learned) -> Weights:
    """Return the prior corrected by what was learned."""
    return replace(prior(), learned=learned)


def read(path: Path) -> Learned:
    """Read a file of learned weights. Raises WeightsInvalid."""
    try:
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(value, dict):
            raise ValueError("a mapping is needed")
        return Learned.from_mapping(value)
    except (yaml.YAMLError, ValueError, UnicodeDecodeError, AttributeError) as wrong:
        raise errors.WeightsInvalid(path, str(wrong)) from None


def write(path: Path, learned: Learned) -> None:
    """Write a file that `read` understands; the same weights give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    said = "# Learned by `vigie duplicates learn`: corrections in log-odds to data/duplicates/weights.yaml.\n"
    content = yaml.safe_dump(learned.as_mapping(), sort_keys=False, allow_unicode=True, width=110)
    path.write_text(said + content, encoding="utf-8")


def keep(session: Session, learned: Learned, *, at: datetime, use: bool) -> None:
    """Keep a version in the town's database, and use it from the next transaction on if asked."""
    values: dict[str, Any] = {"learned": learned.as_mapping(), "kept_at": at}
    row = insert(DuplicateWeights).values(version=learned.version, is_active=False, **values)
    session.execute(row.on_conflict_do_update(index_elements=["version"], set_=values))
    if use:
        choose(session, learned.version)


def choose(session: Session, version: str | None) -> bool:
    """Use a version that is kept, or the default again for None; tell whether there is such a version."""
    session.execute(update(DuplicateWeights).values(is_active=False))
    if version is None:
        return True
    found = session.execute(
        update(DuplicateWeights).where(DuplicateWeights.version == version).values(is_active=True)
    )
    return bool(getattr(found, "rowcount", 0))


def _load(session: Session) -> Weights:
    kept = session.scalars(select(DuplicateWeights.learned).where(DuplicateWeights.is_active)).one_or_none()
    return default() if kept is None else with_learned(Learned.from_mapping(kept))


current = PerRevision(_load)
