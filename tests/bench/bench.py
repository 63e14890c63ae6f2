"""What every scenario is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.blocks import Plan
from tests.bench.inside import Inside
from tests.bench.place import Place
from tests.bench.serving import Server


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """One run: the town, the server over it, the same application in this process, and how to measure."""

    place: Place
    server: Server
    inside: Inside
    plan: Plan
    folder: Path
    is_quick: bool = False
    tell: Callable[[str], None] = lambda _: None  # what is being done, where it takes a while
