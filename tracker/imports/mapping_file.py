"""Read a mapping from YAML, strictly: every mistake is found and names its file and field."""

import hashlib
from collections.abc import Collection
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gis.crs import Box
from tracker.catalogue import yamltext
from tracker.catalogue.entries import Entry, Ledger, Place
from tracker.catalogue.promises import Text
from tracker.definitions import DATA
from tracker.imports import errors, mapping
from tracker.imports import mapping_words as words
from tracker.imports.mapping import Dates, FileFormat, Mapping, Places

MAPPINGS = DATA / "mappings"
A_ZONE = Text(
    fr="un fuseau horaire, par exemple America/Toronto", en="a time zone, for example America/Toronto"
)
A_NUMBER = Text(fr="un nombre", en="a number")
A_POINT = Text(fr="[longitude, latitude]", en="[longitude, latitude]")


def names(folder: Path = MAPPINGS) -> tuple[str, ...]:
    """Return the names of the mappings there are."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def load(name: str, folder: Path = MAPPINGS) -> Mapping:
    """Read a mapping by name, or by path when `name` ends in .yaml.

    Raises MappingUnknown, MappingInvalid with every mistake.
    """
    path = Path(name) if name.endswith(".yaml") else folder / f"{name}.yaml"
    if not path.is_file():
        raise errors.MappingUnknown(name, names(folder))
    content = path.read_bytes()
    ledger = Ledger()
    place = Place(file=path.name)
    try:
        value, repeated = yamltext.read(content.decode("utf-8"))
    except (yamltext.Unreadable, UnicodeDecodeError) as broken:
        ledger.note(place, "unreadable", line=getattr(broken, "line", 1))
        raise errors.MappingInvalid(tuple(ledger.mistakes)) from None
    for each in repeated:
        ledger.note(
            Place(file=path.name, field=".".join(each.path)), "duplicate_key", value=each.key, line=each.line
        )
    found = _mapping(Entry(place, value, ledger), path, hashlib.sha256(content).hexdigest())
    if ledger.mistakes:
        raise errors.MappingInvalid(tuple(ledger.mistakes))
    return found


def check_services(found: Mapping, known: Collection[str]) -> None:
    """Make sure that every service named is in the catalogue. Raises MappingInvalid."""
    ledger = Ledger()
    for code in sorted(found.service.targets - set(known)):
        place = Place(file=found.file_name, field=f"service.values.{code}")
        ledger.note(place, "unknown", value=code, expected=", ".join(sorted(known)))
    if ledger.mistakes:
        raise errors.MappingInvalid(tuple(ledger.mistakes))


def _mapping(entry: Entry, path: Path, fingerprint: str) -> Mapping:
    found = Mapping(
        name=path.stem,
        file_name=path.name,
        fingerprint=fingerprint,
        label=entry.text("label"),
        source=entry.words("source") if entry.has("source") else path.stem,
        format=_format(entry.inside("format")) if entry.has("format") else FileFormat(),
        zone=_zone(entry),
        id_columns=words.words(entry, "id"),
        id_is_made=isinstance(entry.value("id"), list),
        expects=words.words(entry, "expects", needed=False),
        dates=_dates(entry.inside("dates")),
        places=_places(entry.inside("place")),
        description=words.templates(entry, "description"),
        language=words.lookup(entry, "language", mapping.LANGUAGES),
        channel=words.lookup(entry, "channel", mapping.CHANNELS),
        service=words.lookup(entry, "service", None),
        status=words.lookup(entry, "status", mapping.STATUSES),
        closing_column=words.closing_column(entry),
        closing=words.closing(entry),
        duplicates=words.duplicates(entry.inside("duplicates")) if entry.has("duplicates") else None,
    )
    entry.close()
    return found


def _format(entry: Entry) -> FileFormat:
    found = FileFormat(
        kind=entry.choice("kind", ("csv", "ndjson", "geojson")) if entry.has("kind") else "csv",
        delimiter=_character(entry, "delimiter", ","),
        encoding=_encoding(entry),
        decimal=_character(entry, "decimal", "."),
    )
    entry.close()
    return found


def _character(entry: Entry, name: str, default: str) -> str:
    if not entry.has(name):
        return default
    value = str(entry.value(name)).replace("\\t", "\t")
    if len(value) != 1:
        entry.ledger.note(
            entry.place.at(name), "bad_type", value=value, expected=Text(fr="un signe", en="one sign")
        )
    return value[:1] or default


def _encoding(entry: Entry) -> str:
    name = entry.words("encoding") if entry.has("encoding") else "utf-8"
    try:
        "".encode(name)
    except LookupError:
        entry.ledger.note(
            entry.place.at("encoding"), "unknown", value=name, expected="utf-8, latin-1, cp1252…"
        )
        return "utf-8"
    # A byte order mark is no part of the first column's name.
    return "utf-8-sig" if name.lower().replace("_", "-") in ("utf-8", "utf8") else name


def _zone(entry: Entry) -> ZoneInfo:
    name = entry.words("zone")
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        entry.ledger.note(entry.place.at("zone"), "bad_type", value=name, expected=A_ZONE)
        return ZoneInfo("UTC")


def _dates(entry: Entry) -> Dates:
    found = Dates(
        received=entry.words("received"),
        closed=words.words(entry, "closed", needed=False),
        due=entry.words("due") if entry.has("due") else None,
        formats=words.words(entry, "formats"),
    )
    entry.close()
    return found


def _places(entry: Entry) -> Places:
    found = Places(
        lon=entry.words("lon") if entry.has("lon") else None,
        lat=entry.words("lat") if entry.has("lat") else None,
        address=words.templates(entry, "address"),
        method=entry.choice("method", mapping.METHODS) if entry.has("method") else "address",
        accuracy_m=_number(entry, "accuracy_m"),
        default_points=_points(entry, "default_points"),
        learns=entry.flag("learn_default_points", default=True),
        box=_box(entry.inside("box")) if entry.has("box") else None,
    )
    if (found.lon is None) != (found.lat is None):
        entry.ledger.note(entry.place.at("lat" if found.lat is None else "lon"), "absent")
    entry.close()
    return found


def _box(entry: Entry) -> Box | None:
    sides = {name: _number(entry, name, needed=True) or 0.0 for name in ("west", "south", "east", "north")}
    entry.close()
    try:
        return Box(**sides)
    except ValueError:
        entry.ledger.note(entry.place, "bad_type", value=sides, expected="west < east, south < north")
        return None


def _points(entry: Entry, name: str) -> tuple[tuple[float, float], ...]:
    found: list[tuple[float, float]] = []
    for index, each in enumerate(entry.value(name) or [], 1):
        if isinstance(each, list) and len(each) == 2 and all(isinstance(n, int | float) for n in each):
            found.append((float(each[0]), float(each[1])))
        else:
            entry.ledger.note(entry.place.at(f"{name}.{index}"), "bad_type", value=each, expected=A_POINT)
    return tuple(found)


def _number(entry: Entry, name: str, *, needed: bool = False) -> float | None:
    value = entry.value(name)
    if value is None and not needed:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        sentence = "absent" if value is None else "bad_type"
        entry.ledger.note(entry.place.at(name), sentence, value=value, expected=A_NUMBER)
        return None
    return float(value)
