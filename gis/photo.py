"""Photos from people: what they say about place and time, and a clean copy without anything else.

The position is a proposal, not a fact: pictures are also taken at home, the day after.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from PIL import Image, ImageCms
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile
from pillow_heif import HeifImageFile

from gis import errors, exif, photohash

MAX_PIXELS = 64_000_000
_QUALITY = 84
_HASHED_PX = 256

# The format's own class rather than Image.open: nothing but these four decoders is ever reached, and the size
# can be judged by our limit before a pixel is decoded.
_OPENERS: dict[str, Callable[[BytesIO], Image.Image]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WEBP": WebPImageFile,
    "HEIC": HeifImageFile,
}
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_REFUSED = {
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"%PDF": "PDF",
    b"<svg": "SVG",
    b"<?xml": "SVG",
    b"\0\0\1\0": "ICO",
    b"8BPS": "PSD",
}
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PhotoFacts:
    """What a photo says of itself.

    `width` and `height` are pixels as shown, upright; `orientation` is the EXIF value (1 to 8) still to be
    applied to the stored pixels. Position in EPSG:4326, direction in degrees from north. `taken_at` is
    timezone-aware only if the camera wrote its offset; otherwise it is the jurisdiction's wall clock.
    `difference_hash` is of the decoded picture, upright (see `gis.photohash`); None if nothing was decoded.
    """

    format: str
    width: int
    height: int
    orientation: int
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    direction_deg: float | None
    taken_at: datetime | None
    difference_hash: int | None = None

    @property
    def has_position(self) -> bool:
        """Tell whether the camera wrote a position."""
        return self.lon is not None


def read_facts(data: bytes, *, max_pixels: int = MAX_PIXELS, decode: bool = False) -> PhotoFacts:
    """Read a photo's headers: a few milliseconds, no pixel decoded unless `decode` asks for that proof.

    Malformed metadata is ignored; a position that is 0/0, out of range or not a number is no position.
    Raises PhotoFormatRefused, PhotoTooLarge (from the header), PhotoUnreadable.
    """
    kind, image = _open(data, max_pixels)
    tags = exif.read(data, image)
    # libheif turns the pixels itself; the EXIF value would turn them twice.
    orientation = 1 if kind == "HEIC" else tags.orientation
    width, height = image.size if orientation < 5 else (image.size[1], image.size[0])
    seen = None
    if decode:
        # Smaller than this a picture's hash would hang on how it was compressed.
        image.draft("RGB", (max(_HASHED_PX, width // 8), max(_HASHED_PX, height // 8)))
        _load(image)
        seen = photohash.difference_hash(_upright(_in_srgb(image), orientation))
    return PhotoFacts(
        format=kind,
        width=width,
        height=height,
        orientation=orientation,
        lon=tags.lon,
        lat=tags.lat,
        accuracy_m=tags.accuracy_m,
        direction_deg=tags.direction_deg,
        taken_at=tags.taken_at,
        difference_hash=seen,
    )


def render(data: bytes, max_px: int, *, max_pixels: int = MAX_PIXELS) -> bytes:
    """Make an upright JPEG of at most `max_px` on its longer side, with no metadata at all.

    Colours are brought to sRGB, transparency is laid on white, nothing is ever enlarged.
    Raises PhotoFormatRefused, PhotoTooLarge, PhotoUnreadable; ValueError if `max_px` is not positive.
    """
    if max_px < 1:
        raise ValueError("max_px must be positive")
    kind, image = _open(data, max_pixels)
    orientation = 1 if kind == "HEIC" else exif.read(data, image).orientation
    # A JPEG can be decoded at an eighth of its size: memory and time of a thumbnail, not of the original.
    image.draft("RGB", (max_px, max_px))
    _load(image)
    plain = _in_srgb(image)
    plain.thumbnail((max_px, max_px), Image.Resampling.LANCZOS)
    plain = _upright(plain, orientation)
    # Pillow copies comments and resolution from here into the file it writes.
    plain.info = {}
    written = BytesIO()
    plain.save(written, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return written.getvalue()


def sniff(data: bytes) -> str:
    """Name the format from the first bytes: JPEG, PNG, WEBP or HEIC, whatever the file was called.

    Raises PhotoFormatRefused for other known formats, PhotoUnreadable for what is not an image.
    """
    if data[:3] == b"\xff\xd8\xff":
        return "JPEG"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        # The major brand, then the compatible ones: some phones write the generic mif1 first.
        brands = {data[8:12], *(data[i : i + 4] for i in range(16, min(data[3], 64), 4))}
        if brands & _HEIC_BRANDS:
            return "HEIC"
        raise errors.PhotoFormatRefused(data[8:12].decode("ascii", "replace").strip().upper())
    for start, name in _REFUSED.items():
        if data.startswith(start):
            raise errors.PhotoFormatRefused(name)
    raise errors.PhotoUnreadable


def _open(data: bytes, max_pixels: int) -> tuple[str, Image.Image]:
    kind = sniff(data)
    try:
        image = _OPENERS[kind](BytesIO(data))
    except Exception as error:
        # Decoders raise anything on a broken file: OSError, SyntaxError, struct.error, RuntimeError.
        raise errors.PhotoUnreadable from error
    width, height = image.size
    if width < 1 or height < 1:
        raise errors.PhotoUnreadable
    if width * height > max_pixels:
        raise errors.PhotoTooLarge(width=width, height=height, max_pixels=max_pixels)
    return kind, image


def _load(image: Image.Image) -> None:
    try:
        image.load()
    except Exception as error:
        raise errors.PhotoUnreadable from error


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image


def _in_srgb(image: Image.Image) -> Image.Image:
    """Convert to 8-bit RGB in the sRGB space, whatever the mode."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in {"LA", "PA", "RGBA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        image = Image.new("RGB", layer.size, "white")
        image.paste(layer, mask=layer.getchannel("A"))
    if profile and image.mode in {"RGB", "CMYK"}:
        try:
            converted = ImageCms.profileToProfile(
                image, BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            return converted if converted is not None else image.convert("RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            # A broken profile changes the shades a little; the photo is still the photo.
            return image.convert("RGB")
    return image.convert("RGB") if image.mode != "RGB" else image.copy()
