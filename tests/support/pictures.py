"""Photos as phones take them: with or without a position, in the formats they use."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw
from pillow_heif import from_pillow

GPS_IFD = 0x8825


def taken_at(lon: float | None = None, lat: float | None = None, *, kind: str = "JPEG") -> bytes:
    """Return a small photo whose EXIF says that it was taken at a position, EPSG:4326, or says nothing."""
    image = Image.new("RGB", (60, 40), "white")
    ImageDraw.Draw(image).rectangle((0, 0, 20, 15), fill="red")
    tags = Image.Exif()
    if lon is not None and lat is not None:
        tags.get_ifd(GPS_IFD).update(
            {1: "N" if lat >= 0 else "S", 2: _degrees(lat), 3: "E" if lon >= 0 else "W", 4: _degrees(lon)}
        )
    out = BytesIO()
    if kind == "HEIC":
        from_pillow(image).save(out, quality=80, exif=tags.tobytes())
    else:
        image.save(out, kind, exif=tags.tobytes())
    return out.getvalue()


def _degrees(value: float) -> tuple[float, float, float]:
    whole = abs(value)
    minutes = (whole % 1) * 60
    return float(int(whole)), float(int(minutes)), round((minutes % 1) * 60, 6)
