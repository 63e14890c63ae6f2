"""What intake compares beside place and time: the picture, the person, the answers; and joins by itself."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import text

from gis import photohash
from tests.support import city
from tests.support.city import City
from tracker.media import service as media


def picture(seed: int) -> bytes:
    """A picture with something to see in every corner, as photos of streets have."""
    tones = np.random.default_rng(seed).integers(0, 255, (9, 12, 3), dtype=np.uint8)
    written = BytesIO()
    Image.fromarray(tones).resize((640, 480), Image.Resampling.BICUBIC).save(written, "JPEG", quality=85)
    return written.getvalue()


HOLE, OTHER_HOLE = picture(1), picture(2)


def passed_on(data: bytes) -> bytes:
    """The same picture as it comes out of a chat: smaller, compressed again."""
    written = BytesIO()
    Image.open(BytesIO(data)).resize((400, 300)).save(written, "JPEG", quality=70)
    return written.getvalue()


def send(town: City, report, *photos: bytes):
    files = [(f"{place}.jpg", photo) for place, photo in enumerate(photos)]
    answer = town.caller(language="en").post_form("/reports", {"report": report}, files)
    assert answer.status_code == 201, answer.text
    return answer.json


def light(town: City, **more):
    return {
        "service_code": "ECL-PAN",
        "answers": {"panne": "eteint"},
        "location": city.pin(300, 502),
        "description": "The lamp in front of number 1234 is out",
        **more,
    }


def pothole(**more):
    return city.sample("field_work") | {"location": city.pin(300, 502)} | more


def probability(told) -> float:
    return float(told["duplicates"][0]["probability"])


def test_a_photo_keeps_what_it_looks_like(town: City):
    send(town, pothole(), HOLE)
    with town.session() as session:
        kept = session.scalar(text("SELECT difference_hash FROM photo"))
    seen = photohash.difference_hash(Image.open(BytesIO(HOLE)))
    assert photohash.apart(photohash.from_signed(kept), seen) <= 2


def test_the_same_picture_sent_by_another_is_a_reason_and_another_picture_is_none(town: City):
    first = send(town, pothole(), HOLE)
    apart = pothole(location=city.pin(318, 502))
    other = send(town, apart, OTHER_HOLE)
    town_wide = {each["case_number"]: each for each in other["duplicates"]}
    assert "same photo" not in town_wide[first["number"]]["reasons"]
    again = send(town, apart, passed_on(HOLE))
    shown = {each["case_number"]: each for each in again["duplicates"]}
    assert "same photo" in shown[first["number"]]["reasons"]


def test_two_photos_of_one_thing_really_attach(town: City):
    first = send(town, light(town), HOLE)
    assert first["link"] == "opened"
    town.clock.advance(minutes=20)
    second = send(town, light(town), passed_on(HOLE))
    assert (second["link"], second["case"]["number"]) == ("auto_attached", first["number"])
    history = town.caller("supervisor").get(f"/cases/{first['number']}/history").json["events"]
    told = next(each for each in history if each["kind"] == "report_attached")
    assert told["payload"]["link"] == "auto_attached"
    assert told["payload"]["probability"] >= 0.98
    assert told["payload"]["model"]


def test_who_says_mine_is_different_is_never_attached(town: City):
    send(town, light(town), HOLE)
    second = send(town, light(town, is_new=True), passed_on(HOLE))
    assert second["link"] == "opened"
    assert second["duplicates"]


def test_a_service_without_the_policy_never_attaches_by_itself(town: City):
    send(town, pothole(), HOLE)
    second = send(town, pothole(), passed_on(HOLE))
    assert second["link"] == "opened"
    assert probability(second) >= 0.9


def test_a_case_that_was_finished_takes_nothing_by_itself(town: City):
    first = send(town, light(town), HOLE)
    assert town.caller("dispatcher").move(first["number"], "refuse", reason="private").status_code == 200
    assert send(town, light(town), passed_on(HOLE))["link"] == "opened"


@pytest.mark.parametrize("contact", [{"email": "zoe@exemple.ca"}, {"phone": "450-555-0123"}])
def test_the_same_person_is_a_reason_and_only_for_the_same_person(town: City, contact):
    send(town, pothole(contact=contact))
    again = send(town, pothole(contact=contact))
    assert "sent twice" in again["duplicates"][0]["reasons"]
    other = send(town, pothole(contact={"email": "autre@exemple.ca"}))
    assert not {"sent twice", "same person"} & set(other["duplicates"][0]["reasons"])


def test_a_picture_without_a_gradient_is_kept_without_being_compared(town: City):
    written = BytesIO()
    Image.new("RGB", (60, 40), "grey").save(written, "JPEG")
    send(town, pothole(), written.getvalue())
    again = send(town, pothole(), written.getvalue())
    assert not any("photo" in reason for reason in again["duplicates"][0]["reasons"])


def test_a_shelf_tells_the_hash_of_what_it_takes(tmp_path):
    taken = media.take(media.Shelf(root=tmp_path), HOLE)
    assert taken.difference_hash is not None
    assert photohash.apart(taken.difference_hash, photohash.difference_hash(Image.open(BytesIO(HOLE)))) <= 2
