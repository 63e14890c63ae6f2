"""What an evaluation leaves behind: a table for programs and a picture for people."""

from __future__ import annotations

import csv
from pathlib import Path

from tracker.duplicates import chart
from tracker.duplicates.evaluating import Answer, Line


def write(folder: Path, name: str, answer: Answer) -> tuple[Path, Path]:
    """Write `NAME.csv` and `NAME.svg` into a folder, made if missing, and return both."""
    folder.mkdir(parents=True, exist_ok=True)
    table, picture = folder / f"{name}.csv", folder / f"{name}.svg"
    with table.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(answer.lines[0].as_mapping()))
        writer.writeheader()
        writer.writerows(_rounded(line) for line in answer.lines)
    picture.write_text(chart.draw(answer.told, name), encoding="utf-8")
    return table, picture


def _rounded(line: Line) -> dict[str, object]:
    return {
        key: round(value, 4) if isinstance(value, float) else value
        for key, value in line.as_mapping().items()
    }
