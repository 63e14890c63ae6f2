"""The table people read and the file programs read."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.blocks import NOISY, Result


def show(results: Sequence[Result], console: Console) -> None:
    """Print a line for each measure, what missed its goal in red, and say when the machine was not quiet."""
    table = Table(title="Vigie: ce que coûtent les chemins chauds / what the hot paths cost")
    columns = ("", "c", "/s", "pgbench /s", "ratio", "p50 ms", "p95 ms", "p99 ms", "SQL", "CPU ms app+db", "")
    for name in columns:
        table.add_column(name, justify="left" if name == "" else "right")
    for result in results:
        table.add_row(*_cells(result))
    console.print(table)
    noisy = [result for result in results if result.is_noisy]
    for result in noisy:
        console.print(
            f"[yellow]{result.name}: machine bruyante, plafonds écartés de {result.spread:.0%}"
            f" (plus de {NOISY:.0%}) / noisy machine, the ceilings lie {result.spread:.0%} apart[/yellow]"
        )


def keep(results: Sequence[Result], folder: Path, **facts: Any) -> Path:
    """Write everything that was measured as JSON and return the file."""
    now = datetime.now(UTC)
    content = {
        "at": now.isoformat(timespec="seconds"),
        "machine": {"cores": len(os.sched_getaffinity(0)), "processor": platform.machine()},
        "python": platform.python_version(),
        **facts,
        "results": [result.as_mapping() for result in results],
    }
    path = folder / f"{now:%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    return path


def _cells(result: Result) -> list[str]:
    def marked(field: str, said: str) -> str:
        return f"[red]{said}[/red]" if field in result.misses else said

    cpu = ""
    if result.server_cpu_ms is not None and result.database_cpu_ms is not None:
        cpu = f"{result.server_cpu_ms:.1f} + {result.database_cpu_ms:.1f}"
    return [
        result.name,
        str(result.clients),
        marked("per_s", f"{result.per_s:,.0f}"),
        f"{result.ceiling_per_s:,.0f}" if result.ceiling_per_s else "",
        marked("ratio", _ratio(result)),
        _number(result.p50_ms),
        marked("p95_ms", _number(result.p95_ms)),
        marked("p99_ms", _number(result.p99_ms)),
        marked("statements", str(result.statements)) if result.statements else "",
        cpu,
        result.note,
    ]


def _ratio(result: Result) -> str:
    if result.ratio is None:
        return ""
    return f"{result.ratio:.2f} ({min(result.ratios):.2f}–{max(result.ratios):.2f})"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
