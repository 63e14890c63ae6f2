from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, PngImagePlugin
from pillow_heif import from_pillow

from gis import errors, photo

# Pillow complains aloud about broken metadata; that it is tolerated is what these tests show.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

EXIF_IFD, GPS_IFD = 0x8769, 0x8825
HERE = {1: "N", 2: (45.0, 15.0, 0.0), 3: "W", 4: (74.0, 7.0, 48.0)}
SECRET = b"Tremblay 450-555-0199"


def picture(width: int = 60, height: int = 40) -> Image.Image:
    """A white picture with a red corner at the top left, to tell which way is up."""
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).rectangle((0, 0, width // 3, height // 3), fill="red")
    return image


def exif(*, gps=None, main=None, shot=None) -> Image.Exif:
    tags = Image.Exif()
    tags.update(main or {})
    tags.get_ifd(EXIF_IFD).update(shot or {})
    tags.get_ifd(GPS_IFD).update(gps or {})
    return tags


def written(image: Image.Image, kind: str = "JPEG", **options) -> bytes:
    out = BytesIO()
    if kind == "HEIC":
        from_pillow(image).save(out, quality=80, **options)
    else:
        image.save(out, kind, **options)
    return out.getvalue()


def is_red(pixel) -> bool:
    red, green, blue = pixel[:3]
    return bool(red > 180 and green < 90 and blue < 90)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIC"])
def test_the_position_is_read_from_every_format(kind):
    tags = exif(gps=HERE).tobytes()
    facts = photo.read_facts(written(picture(), kind, exif=tags))
    assert facts.format == kind
    assert (facts.lon, facts.lat) == pytest.approx((-74.13, 45.25))
    assert (facts.width, facts.height) == (60, 40)


def test_accuracy_direction_and_time_are_read():
    tags = exif(
        gps={**HERE, 17: 348.5, 31: 4.75},
        shot={0x9003: "2026:04:01 12:30:00", 0x9011: "-04:00"},
        main={0x0112: 1},
    )
    facts = photo.read_facts(written(picture(), exif=tags))
    assert (facts.accuracy_m, facts.direction_deg) == (4.75, 348.5)
    assert facts.taken_at == datetime(2026, 4, 1, 12, 30, tzinfo=timezone(-timedelta(hours=4)))


def test_a_time_without_an_offset_stays_naive_and_the_satellites_time_is_utc():
    shot = photo.read_facts(written(picture(), exif=exif(shot={0x9003: "2026:04:01 12:30:00"}))).taken_at
    assert shot == datetime(2026, 4, 1, 12, 30)  # noqa: DTZ001 - no offset is what the camera wrote
    tags = exif(gps={**HERE, 7: (16.0, 30.0, 5.0), 29: "2026:04:01"})
    assert photo.read_facts(written(picture(), exif=tags)).taken_at == datetime(
        2026, 4, 1, 16, 30, 5, tzinfo=UTC
    )


@pytest.mark.parametrize("moment", ["0000:00:00 00:00:00", "yesterday", "", "2026:13:45 99:00:00"])
def test_a_camera_without_a_clock_gives_no_time(moment):
    assert photo.read_facts(written(picture(), exif=exif(shot={0x9003: moment}))).taken_at is None


@pytest.mark.parametrize(
    "gps",
    [
        {},
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
        {**HERE, 2: (95.0, 0.0, 0.0)},
        {**HERE, 4: (181.0, 0.0, 0.0)},
        {2: HERE[2], 4: HERE[4]},
        {**HERE, 1: "X"},
        {1: "N", 2: HERE[2]},
        {0: b"\x02\x02\x00\x00"},
    ],
)
def test_what_is_not_a_position_is_no_position(gps):
    facts = photo.read_facts(written(picture(), exif=exif(gps=gps)))
    assert not facts.has_position
    assert (facts.lon, facts.lat, facts.accuracy_m) == (None, None, None)


def test_a_fraction_over_zero_is_no_position():
    tags = bytearray(exif(gps=HERE).tobytes())
    first = (
        tags.index(struct.pack("<II", 45, 1)) if tags[6:8] == b"II" else tags.index(struct.pack(">II", 45, 1))
    )
    tags[first : first + 8] = bytes(8)
    assert not photo.read_facts(written(picture(), exif=bytes(tags))).has_position


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_malformed_exif_is_tolerated(noise):
    facts = photo.read_facts(written(picture(), exif=b"Exif\0\0II*\0" + noise))
    assert (facts.width, facts.height) in {(60, 40), (40, 60)}


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_a_damaged_file_is_either_read_or_refused_as_a_photo(data):
    kind = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP", "HEIC"]))
    whole = bytearray(written(picture(), kind, exif=exif(gps=HERE).tobytes()))
    for position in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=6)):
        whole[position] = data.draw(st.integers(0, 255))
    damaged = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    for use in (photo.read_facts, lambda given: photo.render(given, 32)):
        with suppress(errors.PhotoError):
            use(damaged)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_rendered_upright(orientation):
    upright = picture()
    turn = photo._UPRIGHT.get(orientation)
    undo = {
        Image.Transpose.ROTATE_270: Image.Transpose.ROTATE_90,
        Image.Transpose.ROTATE_90: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo.get(turn, turn)) if turn is not None else upright
    data = written(stored, exif=exif(main={0x0112: orientation}), quality=95)
    facts = photo.read_facts(data)
    assert (facts.width, facts.height, facts.orientation) == (60, 40, orientation)
    shown = Image.open(BytesIO(photo.render(data, 60)))
    assert shown.size == (60, 40)
    assert is_red(shown.getpixel((5, 5)))
    assert not any(is_red(shown.getpixel(place)) for place in ((55, 5), (5, 35), (55, 35)))


def test_a_rotated_heic_is_turned_once_only():
    data = written(picture(), "HEIC", exif=exif(main={0x0112: 6}).tobytes())
    facts = photo.read_facts(data)
    shown = Image.open(BytesIO(photo.render(data, 60)))
    assert shown.size == (facts.width, facts.height)
    assert facts.orientation == 1


def test_the_longer_side_is_limited_and_nothing_is_enlarged():
    assert Image.open(BytesIO(photo.render(written(picture(600, 400)), 90))).size == (90, 60)
    assert Image.open(BytesIO(photo.render(written(picture(60, 40)), 90))).size == (60, 40)
    with pytest.raises(ValueError, match="positive"):
        photo.render(written(picture()), 0)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("L", "JPEG"),
        ("CMYK", "JPEG"),
        ("1", "PNG"),
        ("P", "PNG"),
        ("LA", "PNG"),
        ("RGBA", "WEBP"),
        ("I;16", "PNG"),
    ],
)
def test_every_mode_becomes_a_colour_jpeg(mode, kind):
    source = picture().convert("L").convert("I;16") if mode == "I;16" else picture().convert(mode)
    shown = Image.open(BytesIO(photo.render(written(source, kind), 60)))
    assert (shown.format, shown.mode, shown.size) == ("JPEG", "RGB", (60, 40))


def test_transparency_is_laid_on_white():
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    assert Image.open(BytesIO(photo.render(written(clear, "PNG"), 20))).getpixel((10, 10)) == (255, 255, 255)


def _segments(jpeg: bytes) -> list[int]:
    """List a JPEG's markers up to the first scan."""
    markers, position = [], 2
    while jpeg[position + 1] != 0xDA:
        markers.append(jpeg[position + 1])
        position += 2 + int.from_bytes(jpeg[position + 2 : position + 4], "big")
    return markers


def _with_everything(kind: str) -> bytes:
    tags = exif(
        gps=HERE, main={0x010E: SECRET.decode(), 0x013B: SECRET.decode()}, shot={0x9286: SECRET}
    ).tobytes()
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
    if kind == "JPEG":
        return written(picture(), kind, exif=tags, comment=SECRET, xmp=xmp, icc_profile=b"\0" * 40 + SECRET)
    if kind == "PNG":
        notes = PngImagePlugin.PngInfo()
        notes.add_text("Comment", SECRET.decode())
        notes.add_itxt("XML:com.adobe.xmp", xmp.decode())
        return written(picture(), kind, exif=tags, pnginfo=notes)
    return written(picture(), kind, exif=tags, xmp=xmp)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIC"])
@pytest.mark.parametrize("max_px", [32, 60, 200])
def test_nothing_of_the_metadata_survives_rendering(kind, max_px):
    source = _with_everything(kind)
    assert SECRET in source or kind == "PNG"
    clean = photo.render(source, max_px)
    assert SECRET not in clean
    # JFIF header, tables, frame: no EXIF or XMP (E1), no colour profile (E2), no comment (FE).
    assert set(_segments(clean)) <= {0xE0, 0xDB, 0xC0, 0xC2, 0xC4}
    facts = photo.read_facts(clean)
    assert (facts.lon, facts.taken_at, facts.orientation) == (None, None, 1)
    assert not Image.open(BytesIO(clean)).getexif()


def test_a_truncated_photo_has_facts_but_does_not_decode():
    data = written(Image.effect_noise((400, 400), 80).convert("RGB"), exif=exif(gps=HERE))
    half = data[: len(data) // 2]
    assert photo.read_facts(half).has_position
    with pytest.raises(errors.PhotoUnreadable):
        photo.read_facts(half, decode=True)
    with pytest.raises(errors.PhotoUnreadable):
        photo.render(half, 100)


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8\xff", b"not an image at all", b"\0" * 500, b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_not_an_image_is_unreadable(data):
    with pytest.raises(errors.PhotoUnreadable):
        photo.read_facts(data)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "AVIF"])
def test_other_formats_are_refused_by_name(kind):
    with pytest.raises(errors.PhotoFormatRefused) as refusal:
        photo.read_facts(written(picture(), kind))
    assert refusal.value.found == kind


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_documents_are_not_photos(data):
    with pytest.raises(errors.PhotoFormatRefused):
        photo.read_facts(data)


def _giant_png(side: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


def test_a_decompression_bomb_is_refused_from_its_header():
    for use in (photo.read_facts, lambda data: photo.render(data, 100)):
        with pytest.raises(errors.PhotoTooLarge) as refusal:
            use(_giant_png(60_000))
        assert (refusal.value.width, refusal.value.height) == (60_000, 60_000)
        assert "60000 x 60000" in str(refusal.value)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIC"])
def test_the_limit_on_pixels_can_be_chosen(kind):
    data = written(picture(), kind)
    assert photo.read_facts(data, max_pixels=2400).width == 60
    with pytest.raises(errors.PhotoTooLarge):
        photo.read_facts(data, max_pixels=2399)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "lon", "lat"),
    [
        ("gps/DSCN0010.jpg", 11.88513, 43.46745),
        ("gps/HMD_Nokia_8.3_5G.jpg", 24.90677, 60.14671),
        ("heic/IMG_5195.HEIC", -94.28877, 39.05134),
        ("other/Canon_40D.jpg", None, None),
        ("other/no_exif.jpg", None, None),
        ("invalid/image00971.jpg", None, None),
        ("invalid/image01088.jpg", None, None),
        ("invalid/image01137.jpg", None, None),
    ],
)
def test_real_photos_are_read_and_rendered_clean(real_data, name, lon, lat):
    data = (real_data / "photos" / name).read_bytes()
    facts = photo.read_facts(data)
    assert [facts.lon, facts.lat] == [pytest.approx(lon, abs=1e-5), pytest.approx(lat, abs=1e-5)]
    clean = photo.render(data, 320)
    assert set(_segments(clean)) <= {0xE0, 0xDB, 0xC0, 0xC2, 0xC4}
    shown = Image.open(BytesIO(clean))
    assert max(shown.size) <= 320
    assert shown.size[0] / shown.size[1] == pytest.approx(facts.width / facts.height, rel=0.03)


@pytest.mark.realdata
def test_real_iphone_facts_have_accuracy_direction_and_zone(real_data):
    facts = photo.read_facts((real_data / "photos" / "heic" / "IMG_5195.HEIC").read_bytes())
    assert facts.accuracy_m == pytest.approx(38.8, abs=0.1)
    assert facts.direction_deg == pytest.approx(348.06, abs=0.01)
    assert facts.taken_at == datetime(2021, 4, 11, 15, 47, 53, tzinfo=timezone(-timedelta(hours=5)))


@pytest.mark.realdata
@pytest.mark.parametrize("series", ["landscape", "portrait"])
def test_real_photos_of_one_scene_look_alike_whatever_their_orientation(real_data, series):
    files = sorted((real_data / "photos" / "orientation").glob(f"{series}_*.jpg"))
    shown = [Image.open(BytesIO(photo.render(file.read_bytes(), 40))).convert("L") for file in files]
    assert len(shown) == 4
    for other in shown[1:]:
        assert other.size == shown[0].size
        pairs = zip(shown[0].tobytes(), other.tobytes(), strict=True)
        assert sum(abs(a - b) for a, b in pairs) / len(shown[0].tobytes()) < 12
