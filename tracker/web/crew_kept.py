"""What the tablet keeps to open without signal: the worker that keeps it, its files, whose pages they are."""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, current_app, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from tracker.accounts.service import SESSION_LIFETIME
from tracker.http import edge
from tracker.web import shell, site, words

blueprint = Blueprint("crew_kept", __name__)

READER, FILES, VERSION = "X-Vigie-Reader", "X-Vigie-Files", "X-Vigie-Version"
PAGES_MOST, PHOTOS_MOST = 80, 120
# What every page of the tablet stands on; the map is large and kept once it was used.
_AHEAD = ("css/*.css", "fonts/*.woff2", "icons/*.svg", "js/crew/*.js", "js/elements/*.js", "js/lib/*.js")
_USED = ("vendor/maplibre-gl*",)


@blueprint.get("/crew-worker.js")
def worker() -> Response:
    """Serve the worker of the tablet's pages: what it says changes with any file that they stand on.

    A browser takes a worker for new when a byte of it changed. It is a module: the code is among the static
    files, this names it with the version of all of them. It lies beside `/crew`, so that it may
    look after it.
    """
    folder = Path(str(current_app.static_folder))
    version, ahead = _files(folder)
    told = {
        "base": request.script_root,
        "version": version,
        "files": [url_for("static", filename=name) for name in ahead],
        "root": url_for("static", filename=""),
        "pages_most": PAGES_MOST,
        "photos_most": PHOTOS_MOST,
        # Nothing is shown for longer than a session lasts.
        "kept_ms": int(SESSION_LIFETIME.total_seconds() * 1000),
    }
    code = url_for("static", filename="js/crew/worker.js")
    body = f"import {{ tend }} from {json.dumps(code)}\n\ntend({json.dumps(told)})\n"
    answer = Response(body, content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@blueprint.get("/crew-hors-ligne")
def nothing_kept() -> AnyResponse:
    """Show the page that stands for one which is not on the tablet. Nobody's data is in it."""
    if not shell.current().who.is_staff:
        return site.sign_in_first()
    return marked(shell.render("crew/nothing-kept.html", words=words.of_page()))


def listed(pages: list[tuple[str, int]]) -> Response:
    """Return the pages of a day for the worker: where each is, and the version of its case."""
    return shell.data({"pages": [{"url": url, "version": version} for url, version in pages[:PAGES_MOST]]})


def marked(response: AnyResponse) -> AnyResponse:
    """Say whose page it is and on which files it stands: the worker keeps no other person's."""
    response.headers[READER] = edge.actor().ref
    response.headers[FILES] = _files(Path(str(current_app.static_folder)))[0]
    return response


@cache
def _files(folder: Path) -> tuple[str, tuple[str, ...]]:
    """Return the version of the files and the names of those kept ahead; read once per process."""
    ahead = sorted(file for pattern in _AHEAD for file in folder.glob(pattern))
    used = sorted(file for pattern in _USED for file in folder.glob(pattern))
    digest = sha256()
    for file in (*ahead, *used):
        digest.update(file.relative_to(folder).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16], tuple(file.relative_to(folder).as_posix() for file in ahead)
