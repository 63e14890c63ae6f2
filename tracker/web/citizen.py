"""The citizens' first page, what is near them, and one public case."""

from typing import Any

from flask import Blueprint, Response, abort, request

from tracker.http import edge, language
from tracker.web import catalogue, hotspots, map_data, near, shell, storms, surges, words

blueprint = Blueprint("citizen", __name__)

FEW, MANY = 4, 60
FREQUENT = ("VOI-NID", "ECL-PAN", "DEC-OUB", "ARB-TOM")


@blueprint.get("/")
def home() -> Response:
    """Ask what is wrong."""
    found = catalogue.services()
    values = _near(limit=FEW)
    with edge.transaction() as session:
        known = [*storms.banners(session), *surges.banners(session)]
    frequent = [found[code] for code in FREQUENT if code in found]
    return shell.render("citizen/home.html", frequent=frequent, known=known, words=words.of_page(), **values)


@blueprint.get("/carte")
def around() -> Response:
    """Show what is reported around a place, as a map and as a list."""
    values = _near(limit=FEW if request.args.get("few") else MANY)
    if shell.wanted_part() == "near":
        return shell.render("citizen/near.html", **values)
    asked = hotspots.read(request.args)
    if shell.wanted_part() == "hot":
        return shell.render("citizen/hot.html", hot=hotspots.load(asked), asked=asked)
    hot = hotspots.load(asked) if "density" in asked.layers else None
    return shell.render(
        "citizen/around.html",
        words=words.of_page(),
        asked=asked,
        hot=hot,
        groups=catalogue.groups(),
        periods=hotspots.periods(),
        tones=map_data.tones(),
        **(values | {"map_data": values["map_data"] | {"services": _names()}}),
    )


@blueprint.get("/signalements/<number>")
def case(number: str) -> Response:
    """Show a public case, and let somebody else say that they saw it too."""
    with edge.transaction() as session:
        found = near.one(session, number, at=edge.clock(), language=language.current())
    if found is None:
        abort(404)
    return shell.render("citizen/case.html", case=found)


def _near(limit: int) -> dict[str, Any]:
    """Return the map, and the cases near the point that was asked, else near where most of them are."""
    with edge.transaction() as session:
        town_map = map_data.of_town(session)
    point, heart = _point(), town_map["heart"]
    centre = point or heart
    found = near.around(centre[0], centre[1], limit=limit) if centre else []
    return {"near": found, "pins": near.pins(found), "is_here": point is not None, "map_data": town_map}


def _names() -> dict[str, str]:
    """Return the name of every service, for what the map tells of a case."""
    return {code: service["name"] for code, service in catalogue.services().items()}


def _point() -> tuple[float, float] | None:
    lon, lat = request.args.get("lon", type=float), request.args.get("lat", type=float)
    if lon is None or lat is None or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    return lon, lat
