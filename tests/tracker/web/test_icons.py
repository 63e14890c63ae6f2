"""The drawings: every one that is asked for exists, and the two lists of them say the same."""

from __future__ import annotations

import re
from pathlib import Path

from tracker import definitions
from tracker.catalogue.files import read_folder
from tracker.web import acts, crew, icons

WEB = Path(__file__).resolve().parents[3] / "tracker" / "web"
DRAWN = set(
    re.findall(r'<symbol id="([\w-]+)"', (WEB / "static/icons/sprite.svg").read_text(encoding="utf-8"))
)


def test_every_group_of_the_catalogue_has_a_drawing_of_its_own():
    groups = {group.code for group in read_folder(definitions.DATA / "catalogue").groups}
    drawings = {code: icons.of_service(f"{code}-XYZ") for code in groups}
    assert len(set(drawings.values())) == len(groups), drawings
    assert set(drawings.values()) <= DRAWN


def test_scripts_and_pages_draw_the_same_for_a_group():
    script = (WEB / "static/js/lib/pins.js").read_text(encoding="utf-8")
    listed = re.findall(r'\b([A-Z]{3}): "([\w-]+)"', script)
    assert len(listed) > 20
    assert {code: icons.of_service(code) for code, _ in listed} == dict(listed)


def test_every_drawing_asked_for_by_name_is_in_the_sprite():
    asked = {icon for icon, _ in acts.LOOKS.values()} | set(crew.OUTCOME_ICONS.values())
    for page in (WEB / "templates").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        asked |= set(re.findall(r'ui\.icon\("([\w-]+)"', text))
    for script in (WEB / "static/js").rglob("*.js"):
        asked |= set(re.findall(r'\bicon\("([\w-]+)"', script.read_text(encoding="utf-8")))
    assert asked - DRAWN == set()
