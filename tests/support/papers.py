"""PDFs as people send them, and as people should not."""

from __future__ import annotations

import io
import random
import zlib

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject
from reportlab.pdfgen import canvas


def plan(pages: int = 2, words: str = "Plan de cour, échelle 1:100") -> bytes:
    """Return a drawing of several pages."""
    out = io.BytesIO()
    drawn = canvas.Canvas(out, invariant=1)
    for page in range(pages):
        drawn.drawString(72, 720, f"{words}, page {page + 1}")
        drawn.rect(72, 300, 300, 300)
        drawn.showPage()
    drawn.save()
    return out.getvalue()


def truncated() -> bytes:
    whole = plan()
    return whole[: len(whole) * 2 // 3]


def encrypted() -> bytes:
    writer = _writer()
    writer.encrypt("secret", algorithm="AES-256")
    return _written(writer)


def with_script() -> bytes:
    writer = _writer()
    writer.root_object[NameObject("/OpenAction")] = _object(
        writer, _action("/JavaScript", "/JS", "app.alert(1)")
    )
    return _written(writer)


def with_hidden_script() -> bytes:
    """Return a script on a page's opening, its names written in hexadecimal as the format allows."""
    writer = _writer()
    writer.pages[0][NameObject("/AA")] = _object(
        writer, DictionaryObject({NameObject("/O"): _action("/JavaScript", "/JS", "app.alert(1)")})
    )
    plain = _written(writer)
    hidden = plain.replace(b"/JavaScript", b"/J#61v#61Script").replace(b"/JS ", b"/J#53 ")
    assert b"/J#61v#61Script" in hidden
    assert b"/J#53 " in hidden
    return hidden


def with_launch() -> bytes:
    writer = _writer()
    writer.root_object[NameObject("/OpenAction")] = _object(writer, _action("/Launch", "/F", "cmd.exe"))
    return _written(writer)


def with_attachment() -> bytes:
    writer = _writer()
    writer.add_attachment("facture.exe", b"MZ not a bill")
    return _written(writer)


def bomb(times: int = 1) -> bytes:
    """Return a small document whose stream inflates to 700 MB, packed once or twice."""
    engine = zlib.compressobj(9)
    parts: list[bytes] = []
    zeros = bytes(1024 * 1024)
    parts.extend(engine.compress(zeros) for _ in range(700))
    packed = b"".join(parts) + engine.flush()
    for _ in range(times - 1):
        packed = zlib.compress(packed, 9)
    writer, stream = _writer(), StreamObject()
    stream._data = packed
    flate = NameObject("/FlateDecode")
    stream[NameObject("/Filter")] = flate if times == 1 else ArrayObject([flate] * times)
    writer.root_object[NameObject("/Extra")] = _object(writer, stream)
    return _written(writer)


def heavy(megabytes: int) -> bytes:
    """Return a document of so many megabytes that nothing packs."""
    writer, stream = _writer(), StreamObject()
    stream._data = random.Random(311).randbytes(megabytes * 1024 * 1024)
    writer.root_object[NameObject("/Extra")] = _object(writer, stream)
    return _written(writer)


def _writer() -> PdfWriter:
    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(plan())))
    return writer


def _action(kind: str, key: str, value: str) -> DictionaryObject:
    return DictionaryObject({NameObject("/S"): NameObject(kind), NameObject(key): TextStringObject(value)})


def _object(writer: PdfWriter, held: DictionaryObject) -> DictionaryObject:
    return writer._add_object(held)  # type: ignore[return-value]  # a reference, which stands for it


def _written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
