"""From a row of a file to a row of a table, kind by kind."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis import text as texts
from gis.address import normalise_street
from gis.osm import tags
from gis.wording import Words
from tracker.imports.layers.columns import Mapped
from tracker.imports.layers.parties import PRIVATE, Owners, RowRefused
from tracker.imports.linking import OURS

Values = tuple[Any, ...]
_CLASSES = {
    "autoroute": 1, "highway": 1, "nationale": 1, "provinciale": 1, "regionale": 1, "motorway": 1, "trunk": 1,
    "primary": 1, "artere": 2, "arterielle": 2, "arterial": 2, "secondary": 2, "collectrice": 3,
    "collector": 3, "tertiary": 3, "locale": 4, "local": 4, "residential": 4, "residentielle": 4,
}  # fmt: skip
_ADDRESS = re.compile(r"^\s*(\d+[^\s,]*(?:\s+\d/\d)?)[\s,]+(\S.*)$")
_YES = frozenset(["1", "oui", "yes", "true", "vrai", "o", "y"])
PARTY_KINDS = ("neighbour", "owner", "water")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Reads columns out of the fields of a row. `renames` are words of the file by column: theirs to ours."""

    mapped: Mapped
    owners: Owners
    renames: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    asset_kinds: frozenset[str] = frozenset()
    used: set[str] = field(default_factory=set)

    def get(self, fields: Mapping[str, Any], column: str) -> Any:
        """Return what a row says in a column, or None."""
        said = (
            self.mapped.values[column]
            if column in self.mapped.values
            else fields.get(self.mapped.fields.get(column, ""))
        )
        return self.renames.get(column, {}).get(str(said), said) if said is not None else None

    def text(self, fields: Mapping[str, Any], column: str) -> str:
        """Return it as text, "" for nothing."""
        said = self.get(fields, column)
        return "" if said is None else str(said).strip()

    def owner(self, fields: Mapping[str, Any], column: str = "owner") -> str | None:
        """Return an owner's code. Raises RowRefused."""
        return self.owners.code_of(self.get(fields, column))

    def unique(self, code: str) -> str:
        """Return a code, with -2, -3 when the file uses it again."""
        base, again = code, 1
        while code in self.used:
            again += 1
            code = f"{base}-{again}"
        self.used.add(code)
        return code

    def once(self, code: str) -> str:
        """Return a code that the file must not use twice. Raises RowRefused."""
        if code in self.used:
            raise RowRefused(Words(fr=f"code en double\u00a0: {code}", en=f"code used twice: {code}"))
        self.used.add(code)
        return code


def segments(reader: Reader, fields: Mapping[str, Any], shape: BaseGeometry) -> Iterator[Values]:
    """Make a street segment of each part of a line."""
    name = reader.text(fields, "name")
    base = reader.text(fields, "code") or _digest(shape)
    merged = shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape
    facts = {
        "oneway": 1 if reader.text(fields, "oneway").lower() in _YES else None,
        "speed_kmh": tags.speed_kmh(reader.text(fields, "speed_kmh") or None),
        "lanes": reader.get(fields, "lanes"),
        "surface": reader.get(fields, "surface"),
        "aliases": [part.strip() for part in reader.text(fields, "aliases").split(";") if part.strip()]
        or None,
    }
    attributes = orjson.dumps({key: value for key, value in facts.items() if value is not None}).decode()
    owned = _owned(reader, fields)
    district = [reader.text(fields, "district") or None] if "district" in reader.mapped else []
    for part in shapely.get_parts(merged):
        code = reader.unique(base)
        yield (code, name, normalise_street(name), _class_of(reader.get(fields, "class")), attributes, *owned,
               *district, part)  # fmt: skip


def addresses(reader: Reader, fields: Mapping[str, Any], shape: BaseGeometry) -> Iterator[Values]:
    """Make an address of each number of a row, from its columns or from the whole address in one."""
    said, street = reader.text(fields, "civic"), reader.text(fields, "street")
    whole = _ADDRESS.match(reader.text(fields, "address"))
    if whole is not None and not (said and street):
        said, street = whole[1], whole[2].split(",")[0].strip()
    numbers = tags.civics(said)
    if not numbers or not street:
        raise RowRefused(_NO_NUMBER if not numbers else _NO_STREET)
    facts = {key: reader.text(fields, key) for key in ("unit", "postcode") if reader.text(fields, key)}
    norm, attributes = normalise_street(street), orjson.dumps(facts).decode()
    for civic, rest in numbers:
        suffix = rest or reader.text(fields, "suffix")
        base = reader.text(fields, "code") or f"{civic}{suffix}/{norm}"
        yield reader.unique(base), civic, suffix, street, norm, attributes, shape


def assets(reader: Reader, fields: Mapping[str, Any], shape: BaseGeometry) -> Iterator[Values]:
    """Make an asset of a row; what its other fields say is kept with it."""
    kind, code = reader.text(fields, "kind"), reader.text(fields, "code")
    if kind not in reader.asset_kinds:
        raise RowRefused(
            Words(fr=f"genre d’actif inconnu\u00a0: {kind}", en=f"unknown kind of asset: {kind}")
        )
    if not code:
        raise RowRefused(_NO_CODE)
    reader.once(f"{kind}/{code}")
    taken = set(reader.mapped.fields.values())
    facts = {name: value for name, value in fields.items() if value is not None and name not in taken}
    owned = [reader.owner(fields) or OURS] if "owner" in reader.mapped else []
    name = reader.text(fields, "name") or None
    yield kind, code, name, orjson.dumps(facts, default=str).decode(), *owned, shape


def parcels(reader: Reader, fields: Mapping[str, Any], shape: BaseGeometry) -> Iterator[Values]:
    """Make a lot of a row: private unless the file says whose."""
    owner = (reader.owner(fields) if "owner" in reader.mapped else None) or PRIVATE
    yield reader.unique(reader.text(fields, "code") or _digest(shape)), owner, _multi(shape)


def parties(reader: Reader, fields: Mapping[str, Any], shape: BaseGeometry | None) -> Iterator[Values]:
    """Make a third party of a row; one with a territory is a neighbour unless the file says otherwise."""
    code, name = texts.fold(reader.text(fields, "code")), reader.text(fields, "name_fr")
    kind = reader.text(fields, "kind") or ("neighbour" if shape is not None else "owner")
    if not code or not name:
        raise RowRefused(_NO_CODE)
    if kind not in PARTY_KINDS:
        said = ", ".join(PARTY_KINDS)
        raise RowRefused(
            Words(fr=f"genre inconnu\u00a0: {kind} ({said})", en=f"unknown kind: {kind} ({said})")
        )
    days = reader.text(fields, "chase_days")
    yield (
        reader.once(code), kind, name, reader.text(fields, "name_en") or name,
        *(reader.text(fields, column) or None for column in ("phone", "url", "email")),
        [each for each in re.split(r"[;,\s]+", reader.text(fields, "asset_kinds")) if each],
        int(days) if days.isdigit() else 5, _multi(shape) if shape is not None else None,
    )  # fmt: skip


MAKERS: Mapping[str, Callable[[Reader, Mapping[str, Any], Any], Iterator[Values]]] = {
    "segments": segments,
    "addresses": addresses,
    "assets": assets,
    "parcels": parcels,
    "parties": parties,
}


def _owned(reader: Reader, fields: Mapping[str, Any]) -> list[str]:
    """Say who owns and who maintains, when the file tells of either; the owner does unless it says who."""
    if not ("owner" in reader.mapped or "maintained_by" in reader.mapped):
        return []
    owner = (reader.owner(fields) if "owner" in reader.mapped else None) or OURS
    return [
        owner,
        (reader.owner(fields, "maintained_by") if "maintained_by" in reader.mapped else None) or owner,
    ]


def _class_of(said: Any) -> int:
    """Read a class of road: 1 to 4, a word for it, or local when nothing is said."""
    folded = texts.fold(str(said)) if said is not None else ""
    if folded in {"1", "2", "3", "4"}:
        return int(folded)
    return next((number for word, number in _CLASSES.items() if word in folded), 4)


def _multi(shape: BaseGeometry) -> BaseGeometry:
    return MultiPolygon([part for part in shapely.get_parts([shape]) if isinstance(part, Polygon)])


def _digest(shape: BaseGeometry) -> str:
    """Name a thing without a number by where it is."""
    return hashlib.sha256(shapely.to_wkb(shapely.normalize(shape))).hexdigest()[:12]


_NO_NUMBER = Words(fr="pas de numéro civique lisible", en="no readable civic number")
_NO_STREET = Words(fr="pas de nom de rue", en="no street name")
_NO_CODE = Words(fr="code ou nom absent", en="code or name missing")
