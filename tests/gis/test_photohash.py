"""One picture sent twice is recognised, another is not."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

from PIL import Image, ImageDraw

from gis import duplicates, photohash
from gis.sighting import Candidate, Sighting


def scene(x: int) -> Image.Image:
    image = Image.linear_gradient("L").resize((640, 480)).convert("RGB")
    drawn = ImageDraw.Draw(image)
    drawn.ellipse((x, 200, x + 220, 330), fill=(30, 30, 30))
    drawn.rectangle((40, 40, 40 + x, 90), fill=(240, 240, 230))
    return image


def sent(image: Image.Image, width: int) -> Image.Image:
    small = image.resize((width, width * 3 // 4))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=55)
    return Image.open(io.BytesIO(buffer.getvalue()))


def test_smaller_and_compressed_it_is_still_the_same_picture():
    one, other = photohash.difference_hash(scene(300)), photohash.difference_hash(sent(scene(300), 320))
    assert photohash.apart(one, other) <= photohash.NEAR
    assert photohash.is_shared([one], [0, other])


def test_another_picture_is_not():
    one, other = photohash.difference_hash(scene(60)), photohash.difference_hash(scene(380))
    assert photohash.apart(one, other) > photohash.NEAR
    assert not photohash.is_shared([one], [other])


def test_two_flat_pictures_are_no_evidence():
    flat = photohash.difference_hash(Image.new("RGB", (64, 64), "white"))
    assert not photohash.is_shared([flat], [flat])


def test_the_same_photo_makes_a_far_case_likely_and_says_so(weights):
    noon = datetime(2026, 4, 1, 12, tzinfo=UTC)
    hashed = photohash.difference_hash(scene(300))
    seen = Sighting(service="VOI-NID", at=noon, lon=-74.13, lat=45.25, photo_hashes=(hashed,))
    case = Candidate(
        key=1, service="VOI-NID", opened_at=noon, lon=-74.1295, lat=45.25, photo_hashes=(hashed ^ 5,)
    )
    alone = duplicates.score(seen, replace(case, photo_hashes=()), weights)
    both = duplicates.score(seen, case, weights)
    assert both.probability > alone.probability
    assert "même photo" in both.reasons("fr")
    assert "same photo" in both.reasons("en")
