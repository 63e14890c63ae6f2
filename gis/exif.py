"""What a camera wrote into a photo, however badly: position, time, direction. Nothing here raises."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

import exifread
from PIL import Image

# Tag numbers of the EXIF 2.32 standard, for Pillow; exifread's names are used as our own.
_GPS_IFD, _EXIF_IFD = 0x8825, 0x8769
_MAIN_TAGS = {0x0112: "Image Orientation"}
_EXIF_TAGS = {0x9003: "EXIF DateTimeOriginal", 0x9011: "EXIF OffsetTimeOriginal"}
_GPS_TAGS = {
    1: "GPS GPSLatitudeRef",
    2: "GPS GPSLatitude",
    3: "GPS GPSLongitudeRef",
    4: "GPS GPSLongitude",
    7: "GPS GPSTimeStamp",
    17: "GPS GPSImgDirection",
    29: "GPS GPSDate",
    31: "GPS Tag 0x001F",  # GPSHPositioningError, which exifread 3.5 leaves unnamed
}
_WANTED = frozenset({*_MAIN_TAGS.values(), *_EXIF_TAGS.values(), *_GPS_TAGS.values()})
# A phone that says it is right to 20 km says nothing; so does one that says 0.
_MAX_ACCURACY_M = 10_000.0

Tags = Mapping[str, Sequence[Any] | str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Exif:
    """The few tags that matter here. `taken_at` is naive when the camera did not write its time zone."""

    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    direction_deg: float | None = None
    taken_at: datetime | None = None
    orientation: int = 1


def read(data: bytes, image: Image.Image) -> Exif:
    """Read the tags with exifread, then with Pillow what exifread could not (WEBP, some HEIC)."""
    tags: dict[str, Sequence[Any] | str] = {**_tolerant(_by_pillow, image), **_tolerant(_by_exifread, data)}
    lon, lat = _position(tags)
    return Exif(
        lon=lon,
        lat=lat,
        accuracy_m=_within(tags, "GPS Tag 0x001F", 0.01, _MAX_ACCURACY_M) if lon is not None else None,
        direction_deg=_within(tags, "GPS GPSImgDirection", 0.0, 360.0),
        taken_at=_taken_at(tags),
        orientation=int(_within(tags, "Image Orientation", 1, 8) or 1),
    )


def _tolerant(reader: Callable[[Any], Tags], source: object) -> Tags:
    """Run a reader; whatever it raises on a malformed block (struct, assertion…), there are no tags."""
    try:
        return reader(source)
    except Exception:
        return {}


def _by_exifread(data: bytes) -> Tags:
    found = exifread.process_file(BytesIO(data), details=False, extract_thumbnail=False)
    return {name: found[name].values for name in _WANTED if name in found}


def _by_pillow(image: Image.Image) -> Tags:
    main = image.getexif()
    tags: dict[str, Sequence[Any] | str] = {}
    for names, block in (
        (_MAIN_TAGS, main),
        (_EXIF_TAGS, main.get_ifd(_EXIF_IFD)),
        (_GPS_TAGS, main.get_ifd(_GPS_IFD)),
    ):
        for number, name in names.items():
            if (value := block.get(number)) is not None:
                tags[name] = value if isinstance(value, str | tuple | list) else [value]
    return tags


def _position(tags: Tags) -> tuple[float | None, float | None]:
    """Give longitude and latitude, or neither: without its letters the hemisphere would be a guess."""
    lat = _degrees(tags, "GPS GPSLatitude", "NS", limit=90)
    lon = _degrees(tags, "GPS GPSLongitude", "EW", limit=180)
    if lon is None or lat is None or (lon == 0 and lat == 0):
        return None, None
    return lon, lat


def _degrees(tags: Tags, name: str, letters: str, *, limit: float) -> float | None:
    parts = [_number(part) for part in list(tags.get(name, ()))[:3]]
    letter = _text(tags, f"{name}Ref").upper()[:1]
    if not parts or any(part is None or part < 0 for part in parts) or not letter or letter not in letters:
        return None
    degrees = math.fsum((part or 0.0) / 60**power for power, part in enumerate(parts))
    return (degrees if letter == letters[0] else -degrees) if degrees <= limit else None


def _taken_at(tags: Tags) -> datetime | None:
    """Give the moment of the shot: with the camera's offset if written, else naive, else the satellites' UTC.

    The tag DateTime is left alone: programs set it when they save.
    """
    taken = _moment(_text(tags, "EXIF DateTimeOriginal"))
    if taken is not None:
        return taken.replace(tzinfo=_offset(_text(tags, "EXIF OffsetTimeOriginal")))
    clock = [_number(part) for part in list(tags.get("GPS GPSTimeStamp", ()))[:3]]
    if len(clock) == 3 and None not in clock:
        hours, minutes, seconds = (int(part or 0) for part in clock)
        taken = _moment(f"{_text(tags, 'GPS GPSDate')} {hours:02}:{minutes:02}:{seconds:02}")
        return taken and taken.replace(tzinfo=UTC)
    return None


def _moment(written: str) -> datetime | None:
    try:
        # Naive on purpose: the caller adds the zone, or leaves it to the jurisdiction.
        return datetime.strptime(written[:19].replace("-", ":"), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return None


def _offset(written: str) -> timezone | None:
    try:
        sign = {"+": 1, "-": -1}[written[0]]
        return timezone(sign * timedelta(hours=int(written[1:3]), minutes=int(written[4:6])))
    except (KeyError, IndexError, ValueError):
        return None


def _within(tags: Tags, name: str, least: float, most: float) -> float | None:
    values = tags.get(name, ())
    number = _number(values[0]) if values and not isinstance(values, str) else None
    return number if number is not None and least <= number <= most else None


def _number(value: Any) -> float | None:
    """Read a ratio, an integer or a float; 0/0 and the like are nothing."""
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _text(tags: Tags, name: str) -> str:
    value = tags.get(name, "")
    if not isinstance(value, str):
        value = str(value[0]) if len(value) else ""
    return value.strip("\0 ")
