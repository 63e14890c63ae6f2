"""Why a file cannot be a layer, in both languages and with what to do."""

from __future__ import annotations

from gis import errors as gis_errors
from tracker.imports import errors


def unusable(name: str, wrong: Exception) -> errors.LayerUnusable:
    """Return what the spatial library says of a file as an error for people."""
    fr = wrong.fr if isinstance(wrong, gis_errors.LayerMisplaced) else in_french(wrong)
    return errors.LayerUnusable(fr=f"{name}\u00a0: {fr}", en=f"{name}: {wrong}")


def in_french(wrong: Exception) -> str:
    """Say in French what the spatial library says in English."""
    match wrong:
        case gis_errors.LayerMisplaced():
            return wrong.fr
        case gis_errors.FieldMissing():
            return f"pas de champ {wrong.field}\u202f; il y a\u00a0: {', '.join(wrong.available) or '—'}."
        case gis_errors.LayerMissing():
            return f"choisissez une couche avec --layer\u00a0: {', '.join(wrong.available) or '—'}."
        case gis_errors.CrsMissing():
            return "le fichier ne dit pas son système de coordonnées\u202f; donnez-le avec --crs."
        case gis_errors.LayerHasNoArea():
            return "aucun polygone utilisable dans cette couche."
        case gis_errors.VectorFileError():
            return "ce n’est pas un GeoJSON, un Shapefile, un GeoPackage ou un CSV lisible."
        case _:
            return "système de coordonnées inconnu."
