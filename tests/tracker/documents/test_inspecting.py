"""Documents are looked into apart: what is read passes, what acts or weighs is refused, and why is said."""

from __future__ import annotations

from time import monotonic

import pytest

from tests.support import papers, pictures
from tracker.documents import errors, inspecting, service


def pages_of(data: bytes, most: int = 300) -> int:
    return inspecting.pages_of(data, most_pages=most)


@pytest.mark.parametrize("pages", [1, 2, 40])
def test_a_plan_passes_and_its_pages_are_counted(pages):
    assert pages_of(papers.plan(pages)) == pages


@pytest.mark.parametrize(
    ("make", "refusal"),
    [
        (papers.truncated, errors.Unreadable),
        (papers.encrypted, errors.Encrypted),
        (papers.with_script, errors.HasScript),
        (papers.with_hidden_script, errors.HasScript),
        (papers.with_launch, errors.HasAction),
        (papers.with_attachment, errors.HasAttachment),
        (papers.bomb, errors.TooCostly),
        (lambda: papers.bomb(times=2), errors.TooCostly),
        (pictures.taken_at, errors.NotPdf),
        (lambda: b"", errors.NotPdf),
        (lambda: b"%PDF-1.7\n" + bytes(5000), errors.Unreadable),
        (lambda: b"<script>alert(1)</script>" + papers.plan(), errors.NotPdf),
    ],
)
def test_what_acts_or_weighs_or_is_none_is_refused(make, refusal):
    data, began = make(), monotonic()
    with pytest.raises(refusal):
        pages_of(data)
    assert monotonic() - began < inspecting.WALL_S


def test_pages_have_a_limit():
    assert pages_of(papers.plan(3), most=3) == 3
    with pytest.raises(errors.TooManyPages) as refused:
        pages_of(papers.plan(4), most=3)
    assert refused.value.limit == 3


def test_the_inspector_is_ended_when_it_takes_too_long():
    with pytest.raises(errors.TooCostly):
        inspecting.pages_of(papers.plan(), most_pages=300, wall_s=0.001)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("plan.pdf", "plan.pdf"),
        ("C:\\Mes documents\\Plan de cour.PDF", "Plan de cour.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("plan\r\nSet-Cookie: x.pdf", "plan Set-Cookie x.pdf"),
        ("facture\u202efdp.exe", "facture fdp.exe.pdf"),
        ("", "document.pdf"),
        (".pdf", "document.pdf"),
        ("é" * 300 + ".pdf", "é" * 116 + ".pdf"),
    ],
)
def test_a_name_keeps_what_a_person_reads_of_it(given, said):
    assert service.said_name(given) == said
