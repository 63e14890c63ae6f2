"""Having a document looked into by a process of its own, which can be killed (docs/decisions/0024)."""

import json
import subprocess
import sys
from pathlib import Path

from tracker.documents import errors

INSPECTOR = Path(__file__).with_name("inspector.py")
WALL_S = 15
WHY = {
    "not_pdf": errors.NotPdf,
    "encrypted": errors.Encrypted,
    "script": errors.HasScript,
    "launch": errors.HasAction,
    "attachment": errors.HasAttachment,
    "costly": errors.TooCostly,
    "unreadable": errors.Unreadable,
}


def pages_of(data: bytes, *, most_pages: int, wall_s: float = WALL_S) -> int:
    """Return how many pages a PDF has, once it is known to hold nothing that acts.

    The inspector has 768 MB, 8 s of processor and `wall_s` in all, no environment, and may write no file.
    Raises DocumentRefused.
    """
    # -I: neither the folder nor the environment of this process decides what the inspector imports.
    order = [sys.executable, "-I", str(INSPECTOR), str(most_pages)]
    try:
        done = subprocess.run(
            order, input=data, capture_output=True, timeout=wall_s, check=False, env={}, cwd="/"
        )
    except subprocess.TimeoutExpired:
        raise errors.TooCostly from None
    if done.returncode != 0:
        raise errors.TooCostly if done.returncode < 0 else errors.Unreadable
    told = json.loads(done.stdout)
    if told.get("refused") == "pages":
        raise errors.TooManyPages(most_pages)
    if "refused" in told:
        raise WHY[told["refused"]]
    return int(told["pages"])
