"""Photos: kept as they came, shown without what they tell of a person, to those who may see them."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import text

from tests.support import city, pictures
from tests.support.city import City


def send(town: City, report, *photos: bytes):
    files = [(f"{place}.jpg", photo) for place, photo in enumerate(photos)]
    answer = town.caller().post_form("/reports", {"report": report}, files)
    assert answer.status_code == 201, answer.text
    return answer.json


def shown(town: City, url: str, *, by: str = "citizen") -> Image.Image:
    with town.caller(by).get(f"!{url}") as answer:
        assert answer.status_code == 200
        assert answer.content_type == "image/jpeg"
        assert "private" in answer.headers["Cache-Control"]
        return Image.open(BytesIO(answer.data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIC"])
def test_a_photo_is_shown_as_a_jpeg_without_its_metadata(town: City, kind):
    here = city.at(300, 502)
    told = send(town, city.sample("field_work"), pictures.taken_at(*here, kind=kind))
    picture = shown(town, told["photos"][0]["url"])
    assert (picture.format, picture.size) == ("JPEG", (60, 40))
    assert dict(picture.getexif()) == {}
    with town.session() as session:
        kept = session.execute(
            text("SELECT kind, width, height, media_type, ST_X(geom) AS lon FROM photo")
        ).one()
    assert (kept.kind, kept.width, kept.height) == ("before", 60, 40)
    assert kept.media_type == f"image/{kind.lower()}"
    assert kept.lon == pytest.approx(here[0], abs=1e-5)


def test_a_photo_of_a_private_case_needs_its_key_or_an_account(town: City):
    home = {"service_code": "DEC-OUB", "answers": town.answers("DEC-OUB"), "location": city.pin(300, 515)}
    url = send(town, home, pictures.taken_at())["photos"][0]["url"]
    path, _, key = url.partition("?key=")
    assert shown(town, url).size == shown(town, path, by="agent").size == (60, 40)
    other = send(town, home, pictures.taken_at())["photos"][0]["url"].partition("?key=")[2]
    for wrong in (path, f"{path}?key=x", f"{path}?key={other}", f"{path}?key={key}x", f"{path}?key=%00"):
        assert town.caller().get(f"!{wrong}").status_code == 404


def test_a_size_that_is_not_offered_is_not_there(town: City):
    path = send(town, city.sample("field_work"), pictures.taken_at())["photos"][0]["url"].partition("?")[0]
    assert shown(town, f"{path}?size=thumb").size == (60, 40)
    for size in ("huge", "", "../originals", "full%00"):
        assert town.caller().get(f"!{path}?size={size}").status_code == 404
    assert town.caller().get("/photos/00000000-0000-0000-0000-000000000000").status_code == 404
    assert town.caller().get("/photos/x").status_code == 404


def test_several_photos_keep_their_order_and_the_same_one_is_kept_once(town: City):
    one, other = pictures.taken_at(), pictures.taken_at(*city.at(300, 502))
    told = send(town, city.sample("field_work"), one, other, one)
    assert len({photo["id"] for photo in told["photos"]}) == 3
    read = town.caller("agent").get(f"/cases/{told['number']}").json
    assert [photo["id"] for photo in read["reports"][0]["photos"]] == [each["id"] for each in told["photos"]]
    originals = [
        path for path in (town.place.settings.media / town.code / "originals").rglob("*") if path.is_file()
    ]
    digests = {path.name for path in originals}
    assert len(originals) == len(digests)


def test_a_refused_report_names_no_photo(town: City):
    report = city.sample("field_work") | {"answers": {}}
    answer = town.caller().post_form("/reports", {"report": report}, [("p.jpg", pictures.taken_at())])
    assert answer.status_code == 422
    assert "photo" not in town.counts()
