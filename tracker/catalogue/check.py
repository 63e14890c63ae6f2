"""Checks across the whole catalogue, once every service reads well by itself."""

from collections.abc import Collection

from tracker.catalogue.definitions import Catalogue
from tracker.catalogue.entries import Ledger, Place
from tracker.catalogue.errors import CatalogueMistake

TOWN_GROUPS = (
    *("DEN", "VOI", "SIG", "AQU", "EGO", "DEC", "REC", "CMP"),
    *("PRO", "ANI", "ARB", "BAT", "ECL", "MOB", "SPO", "JEU"),
)
GROUPS_FILE = "groups.yaml"


def check(catalogue: Catalogue, *, workflows: Collection[str]) -> tuple[CatalogueMistake, ...]:
    """Return what is wrong across the entries of a catalogue; nothing when it can serve a town.

    The sixteen groups a town expects stand first, in their order, each with an active service. `workflows`
    are the families that exist.
    """
    ledger = Ledger()
    _groups(catalogue, ledger)
    for service in catalogue.services:
        if service.workflow not in workflows:
            place = Place(file=catalogue.sources.get(service.code, ""), entry=service.code, field="workflow")
            ledger.note(place, "unknown", value=service.workflow, expected=", ".join(sorted(workflows)))
    return tuple(ledger.mistakes)


def _groups(catalogue: Catalogue, ledger: Ledger) -> None:
    codes = tuple(group.code for group in catalogue.groups)
    if codes[: len(TOWN_GROUPS)] != TOWN_GROUPS:
        ledger.note(Place(file=GROUPS_FILE, field="groups"), "group_order", expected=", ".join(TOWN_GROUPS))
    for code in codes:
        if not any(service.active for service in catalogue.in_group(code)):
            ledger.note(Place(file=GROUPS_FILE, entry=code), "empty_group")
