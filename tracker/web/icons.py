"""Which drawing of `static/icons/sprite.svg` stands for each group of the catalogue."""

_BY_GROUP = {
    "DEN": "snowflake",
    "VOI": "construction",
    "SIG": "signpost",
    "AQU": "droplets",
    "EGO": "waves",
    "DEC": "trash-2",
    "REC": "recycle",
    "CMP": "leaf",
    "PRO": "brush",
    "ANI": "paw-print",
    "ARB": "tree-deciduous",
    "BAT": "building-2",
    "ECL": "lightbulb",
    "MOB": "armchair",
    "SPO": "trophy",
    "JEU": "blocks",
    "NUI": "volume-2",
    "STA": "circle-parking",
    "PER": "file-check",
    "RES": "calendar-plus",
    "INF": "message-circle-question-mark",
    "CTS": "scale",
}


def of_service(code: str) -> str:
    """Return the icon of a service by the group its code begins with; a pin for a group nobody has drawn."""
    return _BY_GROUP.get(code[:3], "map-pin")
