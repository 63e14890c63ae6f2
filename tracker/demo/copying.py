"""The way in for the drawn layers, which is that of every layer, and for the points of reports."""

import struct

from tracker.imports.copying import copy, ewkb

__all__ = ["copy", "ewkb", "point"]

_POINT = "0101000020E6100000"  # little-endian, a point with its SRID, 4326


def point(lon: float | None, lat: float | None) -> str | None:
    """A point of EPSG:4326 as hexadecimal EWKB; None without coordinates."""
    if lon is None or lat is None:
        return None
    return _POINT + struct.pack("<dd", lon, lat).hex().upper()
