"""What a guard is: a predicate over the facts and the parameters a definition gives it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .facts import Facts
from .table import Words

Params = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A guard by its stable code. `field` is the input to correct, or a parameter naming it in braces."""

    name: str
    holds: Callable[[Facts, Params], bool]
    words: Words
    field: str | None = None
    params: tuple[str, ...] = ()

    def field_of(self, params: Params) -> str | None:
        """Return the name of the input to correct, or None when no input can help."""
        return self.field.format(**params) if self.field else None
