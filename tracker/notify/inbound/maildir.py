"""A Maildir that a mail system fills: each message is taken in once, then moved from `new` to `cur`."""

from collections.abc import Callable, Iterator
from pathlib import Path

SIZE_LIMIT = 30 * 1024 * 1024


def messages(folder: Path) -> Iterator[Path]:
    """Return the messages nobody has taken in yet, the oldest name first."""
    return iter(sorted(each for each in (folder / "new").iterdir() if each.is_file()))


def take(folder: Path, handle: Callable[[bytes], object]) -> int:
    """Hand each new message over and file it once that has committed; return how many.

    Killed in between, the message is handed over again: whoever handles it knows it by its Message-ID.
    """
    done = 0
    for path in messages(folder):
        with path.open("rb") as file:
            raw = file.read(SIZE_LIMIT)
        handle(raw)
        path.rename(folder / "cur" / f"{path.name.partition(':')[0]}:2,S")
        done += 1
    return done
