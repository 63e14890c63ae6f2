"""What is wrong with a file to learn from or to judge by."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class DuplicatesError(Exception):
    """Duplicates cannot be learned or judged."""


class LabelsUnreadable(DuplicatesError):
    """A file of labels has no columns that are understood."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        super().__init__(path, columns)
        self.path, self.columns = path, tuple(columns)


class NothingToLearn(DuplicatesError):
    """There are too few decisions to learn from."""

    def __init__(self, reports: int, same: int) -> None:
        super().__init__(reports, same)
        self.reports, self.same = reports, same


class WeightsInvalid(DuplicatesError):
    """A file of weights is not one."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(path, why)
        self.path, self.why = path, why


class GatheredUnreadable(DuplicatesError):
    """A file of gathered reports is not one, or is cut short."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path
