"""Anyone checks a certificate: by the code that is printed on it, or by its file."""

from urllib.parse import quote

from flask import Blueprint, Response, request

from tracker.http import csrf
from tracker.web import inner, shell

blueprint = Blueprint("proof", __name__, url_prefix="/attestations")


@blueprint.get("")
def ask() -> Response:
    """Ask for a code or a file, and tell what a code stands for."""
    code = request.args.get("code", "").strip()
    answer = inner.call("GET", f"/certificates/{quote(code, safe='')}") if code else None
    return _page(answer, code=code)


@blueprint.post("")
def check() -> Response:
    """Tell whether a file is a certificate of the city, to the byte."""
    csrf.check_origin()
    sent = request.files.get("file")
    content = sent.read() if sent is not None else b""
    answer = inner.call(
        "POST", "/certificates/recognise", raw=content, headers={"Content-Type": "application/pdf"}
    )
    return _page(answer, by_file=True)


def _page(answer: inner.Answer | None, *, code: str = "", by_file: bool = False) -> Response:
    found = answer.body if answer is not None and answer.is_ok else None
    status = answer.status if answer is not None else 200
    is_none = answer is not None and not answer.is_ok
    return shell.render(
        "citizen/proof.html", status, found=found, is_none=is_none, code=code, by_file=by_file
    )
