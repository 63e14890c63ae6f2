"""The rows that could not be brought in, written beside with their reason, for people to correct."""

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from tracker.catalogue.promises import Text
from tracker.imports.rows import REASONS

HEAD = ("row", "reason", "raison", "explanation")
OUTSIDE = Text(fr="hors du territoire", en="outside the territory")
# What a spreadsheet takes for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Refusals:
    """A CSV file of refused rows, made with its first row; a resumed run goes on with the same file."""

    def __init__(self, path: Path | None, header: Sequence[str], *, resumes: bool) -> None:
        self._path = path
        self._header = [*HEAD, *header]
        self._stream: IO[str] | None = None
        self._writer: Any = None
        self._kept = _kept(path) if path is not None and resumes else []
        self._known = {row[0] for row in self._kept[1:]}

    def __enter__(self) -> "Refusals":
        if self._path is not None and not self._kept:
            self._path.unlink(missing_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()

    def add(self, position: int, reason: str, record: Sequence[str]) -> None:
        """Write a row; one that an interrupted run wrote already is not written twice."""
        if self._path is None or str(position) in self._known:
            return
        words = REASONS.get(reason, OUTSIDE)
        self._open().writerow([position, reason, words.fr, words.en, *map(harmless, record)])

    def flush(self) -> None:
        """Hand over what is written, before the batch it belongs to is committed."""
        if self._stream is not None:
            self._stream.flush()

    def _open(self) -> Any:
        if self._writer is None:
            assert self._path is not None
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._path.open("w", encoding="utf-8", newline="")
            self._writer = csv.writer(self._stream)
            self._writer.writerows(self._kept or [self._header])
        return self._writer


def harmless(cell: str) -> str:
    """Return a cell that a spreadsheet shows and does not run; numbers stay numbers."""
    if not cell.startswith(_FORMULA) or _is_number(cell):
        return cell
    return f"'{cell}"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _kept(path: Path) -> list[list[str]]:
    """Return the whole rows of an interrupted run: a last one without an end is left out."""
    if not path.is_file():
        return []
    written = path.read_text(encoding="utf-8", errors="replace")
    rows = [row for row in csv.reader(StringIO(written, newline="")) if row]
    return rows if written.endswith("\n") else rows[:-1]
