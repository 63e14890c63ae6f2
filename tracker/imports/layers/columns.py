"""Which field of a file fills which column of a layer: told, or guessed by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gis import text
from tracker.imports import errors
from tracker.imports.layers.kinds import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapped:
    """Where each column of a layer comes from: a field of the file, or a value for all rows."""

    fields: Mapping[str, str]
    values: Mapping[str, str]
    guessed: frozenset[str] = frozenset()

    def __contains__(self, column: str) -> bool:
        return column in self.fields or column in self.values


def mapped(
    kind: Kind, available: tuple[str, ...], told: Mapping[str, str], values: Mapping[str, str]
) -> Mapped:
    """Choose a field for each column: what was told, else what its name says. Raises LayerMappingWrong."""
    known = {column.name for column in kind.columns}
    unknown = [name for name in (*told, *values) if name not in known]
    if unknown:
        raise errors.LayerMappingWrong(
            fr=f"{kind.name}\u00a0: pas de colonne «\u00a0{unknown[0]}\u00a0»\u202f; il y a\u00a0: "
            f"{', '.join(sorted(known))}.",
            en=f"{kind.name}: no column “{unknown[0]}”; there are: {', '.join(sorted(known))}.",
        )
    absent = [field for field in told.values() if field not in available]
    if absent:
        raise errors.LayerMappingWrong(
            fr=f"pas de champ {absent[0]} dans le fichier\u202f; il y a\u00a0: {', '.join(available)}.",
            en=f"the file has no field {absent[0]}; it has: {', '.join(available)}.",
        )
    found = _guessed(kind, available, {*told, *values})
    fields = {**found, **told}
    for name in (column.name for column in kind.columns if column.is_required):
        if name not in fields and name not in values:
            raise errors.LayerMappingWrong(
                fr=f"dites où est «\u00a0{name}\u00a0»\u00a0: --field {name}=CHAMP ou --set {name}=VALEUR. "
                f"Champs\u00a0: {', '.join(available)}.",
                en=f"say where “{name}” is: --field {name}=FIELD or --set {name}=VALUE. "
                f"Fields: {', '.join(available)}.",
            )
    return Mapped(fields=fields, values=values, guessed=frozenset(found))


def _guessed(kind: Kind, available: tuple[str, ...], taken: set[str]) -> dict[str, str]:
    folded = {text.fold(name).replace(" ", "_"): name for name in reversed(available)}
    found: dict[str, str] = {}
    for column in kind.columns:
        if column.name in taken or column.is_told:
            continue
        match = next((folded[guess] for guess in column.guesses if guess in folded), None)
        if match is not None and match not in found.values():
            found[column.name] = match
    return found
