"""On which row another one hangs: the one it is said to repeat, or the first that says exactly the same."""

from collections.abc import Collection

from tracker.imports import survey
from tracker.imports.rows import Sketch
from tracker.imports.survey import Survey


class Roots:
    """The answers for one reading of a file, from its first record to its last."""

    def __init__(self, surveyed: Survey, elsewhere: Collection[str]) -> None:
        self._surveyed = surveyed
        self._elsewhere = elsewhere
        self._firsts: dict[str, str] = {}

    def of(self, sketch: Sketch) -> str | None:
        """Return the number of the row this one hangs on, None when it stands by itself."""
        said = self._said(sketch.source_id)
        if said is not None:
            return said
        key = sketch.repeat_key
        if key is None or survey.hashed(key) not in self._surveyed.repeats:
            return None
        first = self._firsts.setdefault(key, sketch.source_id)
        return None if first == sketch.source_id else self._said(first) or first

    def _said(self, source_id: str) -> str | None:
        link = self._surveyed.links.get(source_id)
        if link is None:
            return None
        is_here = link.root in self._surveyed.in_file or link.root in self._elsewhere
        root = link.root if is_here else link.fallback
        return root if root != source_id else None
