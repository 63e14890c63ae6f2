"""A certificate as a PDF: the same statement gives the same bytes, in an embedded font with every accent.

What a screen reader needs and reportlab can give: language, title, outline, text that is text, and in words
what the map shows. Structure tags it cannot write.
"""

import io
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import reportlab
from reportlab.lib import colors
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from tracker import moments
from tracker.evidence.wording import TITLE, say

INK, MUTED, TEAL, LINE = (colors.HexColor(each) for each in ("#14232B", "#4A5B64", "#0A5361", "#9FB0B7"))
WIDTH = LETTER[0] - 36 * mm
MAP_HEIGHT = 74 * mm
_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")
Streets = tuple[tuple[float, float], list[tuple[str, str]]]


def _font() -> None:
    if "Vera" not in pdfmetrics.getRegisteredFontNames():
        folder = Path(reportlab.__file__).parent / "fonts"
        for name in ("Vera", "VeraBd"):
            pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    given = {"fontName": "Vera", "fontSize": size, "leading": size * 1.38, "textColor": INK, **more}
    return ParagraphStyle(name, **given)


def draw(statement: Mapping[str, Any], streets: Streets, code: str) -> bytes:
    """Return the certificate of a statement."""
    _font()
    out, language = io.BytesIO(), statement["question"]["language"]
    title = f"{say(TITLE, language)} {code}"
    document = SimpleDocTemplate(
        out, pagesize=LETTER, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=18 * mm,
            bottomMargin=18 * mm,
        title=title, author=statement["town"]["name"], subject=say("subtitle", language), creator="Vigie",
        lang="en-CA" if language == "en" else "fr-CA", invariant=1,
    )  # fmt: skip

    def foot(canvas: Any, doc: Any) -> None:
        canvas.setFont("Vera", 7.5)
        canvas.setFillColor(MUTED)
        canvas.drawString(18 * mm, 10 * mm, f"{say('code', language)} {code}")
        canvas.drawRightString(LETTER[0] - 18 * mm, 10 * mm, say("page", language, page=doc.page))

    document.build(_story(statement, streets, code), onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _story(statement: Mapping[str, Any], streets: Streets, code: str) -> list[Flowable]:
    language, cases = statement["question"]["language"], statement["cases"]
    h1, h2 = (
        _style("h1", 18, fontName="VeraBd", textColor=TEAL),
        _style("h2", 11.5, fontName="VeraBd", spaceBefore=9, keepWithNext=1),
    )
    body, small = _style("body", 9.2), _style("small", 7.6, textColor=MUTED, splitLongWords=1)
    story: list[Flowable] = [
        _Mark(say(TITLE, language)),
        Paragraph(say(TITLE, language), h1),
        Paragraph(say("subtitle", language), _style("sub", 10.5, textColor=MUTED, spaceAfter=8)),
        _facts(statement, code, body),
        Spacer(1, 6),
        Paragraph(_summary(statement), _style("sum", 10.5, fontName="VeraBd", spaceBefore=4, spaceAfter=6)),
        _Mark(say("map", language)),
        Paragraph(say("map", language), h2),
        _Map(statement, streets),
        Paragraph(_map_in_words(statement, streets), small),
    ]
    for at, case in enumerate(cases, start=1):
        story += _case(case, at, statement, (h2, body, small))
    story += [
        _Mark(say("checkpoint", language)),
        Paragraph(say("checkpoint", language), h2),
        Paragraph(_lines(statement["checkpoint"] or say("no_checkpoint", language)), small),
        _Mark(say("how", language)),
        Paragraph(say("how", language), h2),
        Paragraph(say("how_told", language), body),
        Paragraph(say("check", language), _style("check", 9.2, spaceBefore=4)),
    ]
    return story


def _facts(statement: Mapping[str, Any], code: str, body: ParagraphStyle) -> Table:
    asked, language = statement["question"], statement["question"]["language"]
    to_at = _local(asked["to"], statement)
    period = (
        say("since", language, from_at=_local(asked["from"], statement), to_at=to_at)
        if asked["from"]
        else say("until", language, to_at=to_at)
    )
    place = say("within", language, radius=asked["radius_m"], lat=asked["lat"], lon=asked["lon"])
    rows = [("town", statement["town"]["name"]), ("place", place), ("period", period), ("code", code)]
    cells = [
        [Paragraph(f"<b>{say(key, language)}</b>", body), Paragraph(_safe(value), body)]
        for key, value in rows
    ]
    return Table(cells, colWidths=[42 * mm, WIDTH - 42 * mm], style=_ruled())


def _summary(statement: Mapping[str, Any]) -> str:
    language, cases = statement["question"]["language"], statement["cases"]
    if not cases:
        return say("none", language)
    received = sorted(report["received_at"] for case in cases for report in case["reports"])
    first = _local(received[0], statement) if received else say("first_none", language)
    return say(
        "found",
        language,
        cases=len(cases),
        reports=statement["reports"],
        events=statement["events"],
        first=first,
    )


def _case(
    case: Mapping[str, Any], at: int, statement: Mapping[str, Any], styles: Sequence[ParagraphStyle]
) -> list[Flowable]:
    (h2, body, small), language = styles, statement["question"]["language"]
    heading = f"{at}. {say('case', language, number=case['number'])}"
    about = [case["service"]["name"], case["place"] or ""]
    if case["distance_m"]:
        about.append(say("distance", language, distance=case["distance_m"]))
    told: list[Flowable] = [
        _Mark(heading),
        Paragraph(_safe(heading), h2),
        Paragraph(_safe(" · ".join(part for part in about if part)), body),
        Spacer(1, 3),
    ]
    if case["reports"]:
        rows = [[say(key, language) for key in ("report", "received", "channel", "photos")]]
        rows += [
            [each["number"], _twice(each["received_at"], statement), say(f"channel.{each['channel']}",
                language),
             str(each["photos"])]
            for each in case["reports"]
        ]  # fmt: skip
        told.append(_table(rows, (40, 82, 35, 23), small))
    if case["events"]:
        rows = [[say(key, language) for key in ("fact", "when", "who", "seal")]]
        rows += [
            [f"{each['seq']}. {each['label']}", _twice(each["at"], statement),
                say(f"role.{each['role']}", language),
             each["hash"]]
            for each in case["events"]
        ]  # fmt: skip
        told.append(_table(rows, (40, 48, 32, 60), small))
    proof = case["proof"]
    line = (
        say("proof", language, **{**proof, "path": " ".join(proof["path"]) or "-"})
        if proof
        else say("no_proof", language)
    )
    return [*told, Paragraph(_safe(line), small)]


def _table(rows: list[list[str]], widths: Sequence[float], style: ParagraphStyle) -> Table:
    head = ParagraphStyle("head", parent=style, fontName="VeraBd", textColor=INK)
    cells = [
        [Paragraph(_safe(text), head if not at else style) for text in row] for at, row in enumerate(rows)
    ]
    share = WIDTH / sum(widths)
    return Table(
        cells, colWidths=[width * share for width in widths], repeatRows=1, style=_ruled(), spaceAfter=4
    )


def _ruled() -> TableStyle:
    return TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]
    )


def _local(written: str, statement: Mapping[str, Any]) -> str:
    moment = datetime.fromisoformat(written).astimezone(ZoneInfo(statement["town"]["zone"]))
    hour = moments.time_of_day(moment, statement["question"]["language"]).replace("\N{NO-BREAK SPACE}", " ")
    return f"{moment:%Y-%m-%d}, {hour}"


def _twice(written: str, statement: Mapping[str, Any]) -> str:
    return f"{_local(written, statement)} ({written[:16].replace('T', ' ')} UTC)"


def _map_in_words(statement: Mapping[str, Any], streets: Streets) -> str:
    names = ", ".join(sorted({name for name, _ in streets[1] if name})) or "-"
    asked = statement["question"]
    return _safe(say("map_told", asked["language"], radius=asked["radius_m"], streets=names))


def _safe(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _lines(value: str) -> str:
    return _safe(value.strip()).replace("\n", "<br/>")


class _Mark(Flowable):
    """An entry of the document's outline, where a reader's program can jump to."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.width = self.height = 0

    def draw(self) -> None:
        self.canv.bookmarkPage(self.name)
        self.canv.addOutlineEntry(self.name, self.name, level=0)


class _Map(Flowable):
    """The streets around the place, the circle that was asked, the cases by their numbers."""

    def __init__(self, statement: Mapping[str, Any], streets: Streets) -> None:
        super().__init__()
        self.statement, self.middle, self.streets = statement, streets[0], streets[1]
        self.width, self.height = WIDTH, MAP_HEIGHT

    def draw(self) -> None:
        canvas, radius = self.canv, float(self.statement["question"]["radius_m"])
        scale = self.height / (2.5 * max(radius, 60.0))
        canvas.saveState()
        frame = canvas.beginPath()
        frame.rect(0, 0, self.width, self.height)
        canvas.clipPath(frame, stroke=1, fill=0)
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(2.4)
        for _, line in self.streets:
            points = [self._at(x, y, scale) for x, y in _pairs(line)]
            for one, two in zip(points, points[1:], strict=False):
                canvas.line(*one, *two)
        canvas.setStrokeColor(TEAL)
        canvas.setLineWidth(1.2)
        canvas.circle(self.width / 2, self.height / 2, radius * scale, stroke=1, fill=0)
        canvas.setFont("VeraBd", 7)
        for at, case in enumerate(self.statement["cases"], start=1):
            if case["at"]:
                x, y = self._at(float(case["at"][0]), float(case["at"][1]), scale)
                canvas.setFillColor(TEAL)
                canvas.circle(x, y, 5.2, stroke=0, fill=1)
                canvas.setFillColor(colors.white)
                canvas.drawCentredString(x, y - 2.4, str(at))
        self._name_streets(scale)
        canvas.restoreState()

    def _at(self, x: float, y: float, scale: float) -> tuple[float, float]:
        return self.width / 2 + (x - self.middle[0]) * scale, self.height / 2 + (y - self.middle[1]) * scale

    def _name_streets(self, scale: float) -> None:
        self.canv.setFont("Vera", 6.5)
        self.canv.setFillColor(MUTED)
        said: set[str] = set()
        for name, line in self.streets:
            points = [self._at(x, y, scale) for x, y in _pairs(line)]
            inside = [
                (x, y) for x, y in _along(points) if 8 < x < self.width - 90 and 6 < y < self.height - 10
            ]
            if name and name not in said and inside:
                said.add(name)
                x, y = inside[0]
                self.canv.drawString(x + 3, y + 3, name)


def _pairs(line: str) -> list[tuple[float, float]]:
    values = [float(each) for each in _NUMBERS.findall(line)]
    return list(zip(values[::2], values[1::2], strict=True))


def _along(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    found = []
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        found += [(x0 + (x1 - x0) * at / 20, y0 + (y1 - y0) * at / 20) for at in range(21)]
    return found
