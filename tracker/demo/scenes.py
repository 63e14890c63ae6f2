"""Drawn photos for the demo: a few scenes without anybody in them, small, the same for every seed."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

WIDTH, HEIGHT = 640, 480
BEFORE, AFTER, PLAIN = "before", "after", "plain"
SHOTS = 4  # of one hole, by people who stand elsewhere, at another hour


def draw_all(count: int) -> dict[tuple[str, int], bytes]:
    """Draw `count` scenes of each kind as JPEG files: a hole, its repair, a street with nothing to see.

    Of a hole there are several shots: number `scene * SHOTS + shot`.
    """
    found = {(kind, order): _draw(kind, order) for kind in (AFTER, PLAIN) for order in range(count)}
    holes = {(BEFORE, number): _draw(BEFORE, *divmod(number, SHOTS)) for number in range(count * SHOTS)}
    return holes | found


def _draw(kind: str, order: int, shot: int = 0) -> bytes:
    """A stretch of pavement and kerb; before the work it has a hole, afterwards a fresh patch."""
    rng = np.random.default_rng(311 + order)
    grain = rng.normal(0, 11, (HEIGHT, WIDTH, 1)) + rng.normal(0, 3, (HEIGHT, WIDTH, 3))
    slope = np.linspace(18, -22, HEIGHT)[:, None, None]
    pavement = np.clip(np.array([118, 117, 113]) + grain + slope, 0, 255).astype(np.uint8)
    image = Image.fromarray(pavement)
    draw = ImageDraw.Draw(image, "RGBA")
    verge = 70 + 22 * (order % 12)
    draw.polygon([(0, 0), (WIDTH, 0), (WIDTH, verge - 24), (0, verge)], fill=(104, 128, 82, 255))
    draw.line([(0, verge), (WIDTH, verge - 24)], fill=(176, 174, 168, 255), width=12)
    draw.line([(0, HEIGHT - 60), (WIDTH, HEIGHT - 96)], fill=(226, 222, 205, 150), width=9)
    outline = _outline(rng, kind)
    if kind == BEFORE:
        draw.polygon(outline, fill=(58, 55, 52, 255))
        draw.polygon([(x * 0.8 + 64, y * 0.8 + 58) for x, y in outline], fill=(43, 41, 40, 255))
    elif kind == AFTER:
        draw.polygon(outline, fill=(64, 64, 66, 255))
        draw.line([*outline, outline[0]], fill=(38, 38, 40, 255), width=5)
    if shot:
        image = _reshot(image, np.random.default_rng([311, order, shot]))
    written = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(0.5)).save(written, format="JPEG", quality=58)
    return written.getvalue()


def _reshot(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The same place by another hand: turned a little, nearer, in another light."""
    turned = image.rotate(float(rng.uniform(-9, 9)), Image.Resampling.BILINEAR)
    left, top = rng.uniform(0.05, 0.16, 2) * (WIDTH, HEIGHT)
    right, bottom = (1 - rng.uniform(0.05, 0.16, 2)) * (WIDTH, HEIGHT)
    nearer = turned.crop((int(left), int(top), int(right), int(bottom))).resize((WIDTH, HEIGHT))
    return ImageEnhance.Brightness(nearer).enhance(float(rng.uniform(0.75, 1.25)))


def _outline(rng: np.random.Generator, kind: str) -> list[tuple[float, float]]:
    """A ragged hole, or the squared cut of its repair."""
    x, y = rng.uniform(250, 390), rng.uniform(240, 310)
    wide, high = rng.uniform(80, 130), rng.uniform(38, 60)
    if kind == AFTER:
        wide, high = wide * 1.25, high * 1.3
        return [
            (x - wide, y - high),
            (x + wide, y - high - 8),
            (x + wide + 6, y + high),
            (x - wide, y + high + 8),
        ]
    angle = np.linspace(0, 2 * np.pi, 22, endpoint=False)
    reach = rng.uniform(0.75, 1.15, len(angle))
    return [
        (float(x + wide * r * np.cos(a)), float(y + high * r * np.sin(a)))
        for a, r in zip(angle, reach, strict=True)
    ]
