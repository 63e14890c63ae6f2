"""Look into a PDF from a stranger: read from standard input, told as JSON on standard output.

A script of its own, run by `inspecting` in a process that can be killed: it imports nothing of ours, takes
its limits before it reads a byte, and writes no file. What a document may hold is decided here: pages to
be read, nothing that acts.
"""

import json
import resource
import sys
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

MEMORY_BYTES = 768 * 1024 * 1024
CPU_S = 8
MOST_OBJECTS = 200_000
# Large plans drawn as one picture inflate to hundreds of megabytes; a bomb of 15 MB to fifteen gigabytes.
MOST_INFLATED_BYTES = 512 * 1024 * 1024
STEP_BYTES = 1024 * 1024
PACKERS = frozenset({"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"})
FLATE = frozenset({"/FlateDecode", "/Fl"})
# ISO 32000-1: actions 12.6.4, forms that are programs 12.7.8, files within 7.11.4, media 13.
SCRIPT_KEYS = frozenset({"/JS", "/JavaScript", "/XFA"})
FILE_KEYS = frozenset({"/EmbeddedFiles", "/EF"})
ACTIONS = {
    "/JavaScript": "script",
    "/Launch": "launch",
    "/SubmitForm": "launch",
    "/ImportData": "launch",
    "/GoToE": "attachment",
}
KINDS = {"/FileAttachment": "attachment", "/RichMedia": "attachment"}


class Refused(Exception):
    """The document is not taken; its first argument is why."""


def main() -> None:
    """Take the limits, read, and tell the pages or why it is refused."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data, most_pages = sys.stdin.buffer.read(), int(sys.argv[1])
    try:
        told: dict[str, Any] = {"pages": inspect(data, most_pages)}
    except Refused as refused:
        told = {"refused": refused.args[0]}
    except (MemoryError, RecursionError):
        told = {"refused": "costly"}
    sys.stdout.write(json.dumps(told))


def inspect(data: bytes, most_pages: int) -> int:
    """Return how many pages a document has. Raises Refused."""
    if not data.startswith(b"%PDF-"):
        raise Refused("not_pdf")
    from pypdf import PdfReader
    from pypdf.errors import LimitReachedError

    try:
        reader = PdfReader(BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise Refused("encrypted")
        pages = len(reader.pages)
        if pages > most_pages:
            raise Refused("pages")
        _walk(reader)
    except (Refused, MemoryError, RecursionError):
        raise
    except LimitReachedError:
        raise Refused("costly") from None
    except Exception:
        # Whatever a parser says of a stranger's bytes comes to the same: it cannot be read.
        raise Refused("unreadable") from None
    if pages == 0:
        raise Refused("unreadable")
    return pages


def _walk(reader: Any) -> None:
    """Look at every object that the document names, the trailer's too. Raises Refused."""
    from pypdf.generic import IndirectObject

    numbers = {(number, generation) for generation, held in reader.xref.items() for number in held}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > MOST_OBJECTS:
        raise Refused("costly")
    left = MOST_INFLATED_BYTES
    _check(reader.trailer)
    for number, generation in sorted(numbers):
        if number == 0:
            continue
        found = IndirectObject(number, generation, reader).get_object()
        for held in _within(found):
            _check(held)
        left -= _inflated(found, left)


def _within(value: Any) -> Iterator[dict[str, Any]]:
    """Return every dictionary inside an object, not what it only points to."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield each
            waiting.extend(dict.values(each))
        elif isinstance(each, list):
            waiting.extend(list.__iter__(each))


def _check(held: dict[str, Any]) -> None:
    names = set(dict.keys(held))
    if names & SCRIPT_KEYS:
        raise Refused("script")
    if names & FILE_KEYS:
        raise Refused("attachment")
    for key, refusals in (("/S", ACTIONS), ("/Subtype", KINDS)):
        # Through a reference too: an action's name may be an object of its own.
        why = refusals.get(str(held.get(key))) if key in names else None
        if why is None and key in names:
            why = refusals.get(str(held[key]))
        if why is not None:
            raise Refused(why)


def _inflated(found: Any, left: int) -> int:
    """Return how many bytes a packed stream holds, without keeping them. Raises Refused past `left`."""
    packed = getattr(found, "_data", None)
    if not isinstance(packed, bytes) or not isinstance(found, dict) or "/Filter" not in found:
        return 0
    named = found["/Filter"]
    filters = [str(each.get_object()) for each in named] if isinstance(named, list) else [str(named)]
    if sum(each in PACKERS for each in filters) > 1:
        raise Refused("costly")  # packed twice is how bombs get past a count of what is unpacked once
    if not filters or filters[0] not in FLATE:
        return 0
    engine, size, rest = zlib.decompressobj(), 0, packed
    while rest:
        try:
            size += len(engine.decompress(rest, STEP_BYTES))
        except zlib.error:
            break  # a picture that is torn draws badly; it holds no more than was counted
        rest = engine.unconsumed_tail
        if size > left:
            raise Refused("costly")
    return size


if __name__ == "__main__":
    main()
