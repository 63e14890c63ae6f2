"""A letter on paper: one page of PDF, its fonts inside, its language and title said to screen readers."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import reportlab
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

PLAIN, BOLD = "Vera", "VeraBd"
INK, RULE = HexColor("#0A5361"), HexColor("#B9C6C9")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """What is printed."""

    town: str
    title: str
    body: str
    lines: Sequence[tuple[str, str]]
    foot: str
    language: str


def draw(sheet: Sheet) -> bytes:
    """Return a letter as PDF; the same letter gives the same bytes."""
    _learn_fonts()
    kept = io.BytesIO()
    document = SimpleDocTemplate(
        kept,
        pagesize=LETTER,
        leftMargin=2.2 * cm,
        rightMargin=2.2 * cm,
        topMargin=2 * cm,
        bottomMargin=2 * cm,
        title=_plain(f"{sheet.title} · {sheet.town}"),
        author=_plain(sheet.town),
        lang="en-CA" if sheet.language == "en" else "fr-CA",
        invariant=1,
    )
    document.build(_story(sheet))
    return kept.getvalue()


def _story(sheet: Sheet) -> list[Flowable]:
    town = ParagraphStyle("town", fontName=BOLD, fontSize=12, leading=16, textColor=INK)
    title = ParagraphStyle("title", fontName=BOLD, fontSize=18, leading=24, spaceBefore=10, spaceAfter=8)
    text = ParagraphStyle("text", fontName=PLAIN, fontSize=10.5, leading=15, spaceAfter=10)
    label = ParagraphStyle("label", fontName=BOLD, fontSize=9.5, leading=14)
    value = ParagraphStyle("value", fontName=PLAIN, fontSize=10, leading=14)
    rows = [[_paragraph(name, label), _paragraph(said, value)] for name, said in sheet.lines]
    table = Table(rows, colWidths=[5 * cm, 12 * cm])
    table.setStyle(
        TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    )
    small = ParagraphStyle("small", fontName=PLAIN, fontSize=8.5, leading=12)
    return [
        _paragraph(sheet.town, town),
        _paragraph(sheet.title, title),
        _paragraph(sheet.body, text),
        table,
        Spacer(1, 14),
        _paragraph(sheet.foot, small),
    ]


def _paragraph(said: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(_plain(said)).replace("\n", "<br/>"), style)


def _plain(said: str) -> str:
    """Return a text that the font can write: it has one kind of space that does not break."""
    return said.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}")


def _learn_fonts() -> None:
    if PLAIN in pdfmetrics.getRegisteredFontNames():
        return
    folder = Path(reportlab.__file__).parent / "fonts"
    for name in (PLAIN, BOLD):
        pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))
