"""The way in for the drawn layers, which is that of every layer."""

from tracker.imports.copying import copy, ewkb

__all__ = ["copy", "ewkb"]
