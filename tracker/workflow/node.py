"""Reading one mapping of a definition, knowing where it stands so that a mistake can be named."""

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from . import errors
from .table import Words


class Node:
    """A mapping of a definition. Every reader raises InvalidDefinition naming source, entry and field."""

    def __init__(self, value: object, *, source: str, where: str = "") -> None:
        self.source = source
        self.where = where
        if not isinstance(value, Mapping):
            self.refuse("must be a mapping")
        self.value: Mapping[str, Any] = value
        self._read: set[str] = set()

    def refuse(self, problem: str, key: str = "") -> NoReturn:
        """Raise InvalidDefinition about this entry, or one of its fields."""
        place = ".".join(part for part in (self.where, key) if part)
        raise errors.InvalidDefinition(self.source, (f"{place}: {problem}" if place else problem,))

    def child(self, key: str) -> "Node":
        """Return a required mapping below this one."""
        return Node(self._required(key), source=self.source, where=self._below(key))

    def entries(self, key: str, *, named: str) -> Iterator[tuple[str, "Node"]]:
        """Yield the mappings of a list with their names, each name once.

        Lists rather than mappings: their order is the order on screens, which JSON storage may not keep.
        """
        seen: set[str] = set()
        for value in self.items(key):
            node = Node(value, source=self.source, where=self._below(key))
            name = node.text(named)
            node.where = self._below(f"{key}.{name}")
            if name in seen:
                node.refuse("is defined twice")
            seen.add(name)
            yield name, node

    def items(self, key: str) -> list[Any]:
        """Return an optional list; empty when absent."""
        value = self._optional(key, [])
        return value if isinstance(value, list) else self.refuse("must be a list", key)

    def text(self, key: str, *, among: tuple[str, ...] = ()) -> str:
        """Return a required text, one of `among` when given."""
        value = self._required(key)
        if not isinstance(value, str) or not value:
            self.refuse("must be a text", key)
        if among and value not in among:
            self.refuse(f"unknown {value!r}; one of {', '.join(among)}", key)
        return str(value)

    def optional_text(self, key: str, default: str = "") -> str:
        """Return a text, or the default when absent."""
        return self.text(key) if key in self.value else default

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return true or false, or the default when absent."""
        value = self._optional(key, default)
        return value if isinstance(value, bool) else self.refuse("must be true or false", key)

    def names(self, key: str, *, among: tuple[str, ...] = ()) -> frozenset[str]:
        """Return a list of names as a set; empty when absent."""
        names = [str(name) for name in self.items(key)]
        for name in names:
            if among and name not in among:
                self.refuse(f"unknown {name!r}; one of {', '.join(among)}", key)
        return frozenset(names)

    def number(self, key: str) -> float:
        """Return a required number above zero."""
        value = self._required(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            self.refuse("must be a number above zero", key)
        return float(value)

    def names_of_keys(self, *, among: tuple[str, ...]) -> tuple[str, ...]:
        """Return the keys of this mapping, each one of `among`."""
        for key in self.value:
            if key not in among:
                self.refuse(f"unknown {key!r}; one of {', '.join(among)}")
        return tuple(self.value)

    def words(self, key: str) -> Words:
        """Return a required pair of French and English words."""
        pair = self.child(key)
        said = Words(fr=pair.text("fr"), en=pair.text("en"))
        pair.finish()
        return said

    def optional_words(self, key: str) -> Words | None:
        """Return a pair of French and English words, or None when absent."""
        return self.words(key) if key in self.value else None

    def rest(self) -> dict[str, Any]:
        """Return the fields nobody has read yet, and take them as read."""
        left = {str(key): value for key, value in self.value.items() if key not in self._read}
        self._read.update(left)
        return left

    def finish(self) -> None:
        """Refuse fields nobody has read: a misspelt word must not be silently ignored."""
        for key in self.rest():
            self.refuse("unknown field", key)

    def _required(self, key: str) -> Any:
        self._read.add(key)
        if key not in self.value:
            self.refuse("is missing", key)
        return self.value[key]

    def _optional(self, key: str, default: Any) -> Any:
        self._read.add(key)
        return self.value.get(key, default)

    def _below(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key
