"""Read a folder of YAML into a `Catalogue`, or say everything that is wrong with it.

The folder holds `groups.yaml` (the headings, in order), `vocabulary.yaml` (departments, skills, kinds of
assets) and any number of other `*.yaml`, each with `group:` and its `services:` in order.
"""

from dataclasses import replace
from pathlib import Path

from tracker.catalogue import errors, reading, rules, yamltext
from tracker.catalogue.definitions import Catalogue, Group, Service, Term
from tracker.catalogue.entries import Entry, Ledger, Place

GROUPS = "groups.yaml"
VOCABULARY = "vocabulary.yaml"
DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "data" / "catalogue"


def read_folder(folder: Path) -> Catalogue:
    """Return the catalogue of a folder.

    Raises CatalogueInvalid with every mistake, each naming its file, entry and field.
    """
    ledger = Ledger()
    if not folder.is_dir():
        ledger.note(Place(file=str(folder)), "no_folder")
        raise errors.CatalogueInvalid(tuple(ledger.mistakes))
    catalogue = _Reader(folder, ledger).read()
    if ledger.mistakes:
        raise errors.CatalogueInvalid(tuple(ledger.mistakes))
    return catalogue


class _Reader:
    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self.folder = folder
        self.ledger = ledger
        self.file_of: dict[str, str] = {}

    def read(self) -> Catalogue:
        groups = self._groups()
        words = self._words(groups)
        ranks = {group.code: rank for rank, group in enumerate(groups)}
        services = [service for name in self._service_files() for service in self._services(name, ranks)]
        services.sort(key=lambda service: ranks.get(service.group, len(ranks)))  # stable: order in the file
        catalogue = replace(words, services=tuple(services), sources=self.file_of)
        for service in services:
            self._hold_rules(service, catalogue)
        return catalogue

    def _service_files(self) -> list[str]:
        names = sorted(path.name for path in self.folder.glob("*.yaml"))
        return [name for name in names if name not in (GROUPS, VOCABULARY)]

    def _groups(self) -> tuple[Group, ...]:
        top = self._open(GROUPS)
        inner = top.inside("groups")
        found = tuple(Group(code=code, name=inner.text(code)) for code in inner.names())
        top.close()
        return found

    def _words(self, groups: tuple[Group, ...]) -> Catalogue:
        """Read the vocabulary into a catalogue without services."""
        top = self._open(VOCABULARY)
        found = Catalogue(
            groups=groups,
            services=(),
            departments=_terms(top.inside("departments")),
            skills=_terms(top.inside("skills")),
            asset_kinds=_terms(top.inside("asset_kinds")),
        )
        top.close()
        return found

    def _services(self, name: str, ranks: dict[str, int]) -> list[Service]:
        top = self._open(name)
        if not top.is_real:
            return []
        group = top.words("group")
        if group and group not in ranks:
            self.ledger.note(Place(file=name, field="group"), "unknown_group", value=group)
        inner = top.inside("services")
        top.close()
        found = []
        for code in inner.names():
            place = Place(file=name, entry=code)
            if code in self.file_of:
                self.ledger.note(place, "duplicate_service", value=self.file_of[code])
            self.file_of.setdefault(code, name)
            entry = Entry(place, inner.value(code), self.ledger)
            if entry.is_real:
                found.append(reading.service(entry, code=code, group=group))
        return found

    def _hold_rules(self, service: Service, catalogue: Catalogue) -> None:
        place = Place(file=self.file_of[service.code], entry=service.code)
        for fault in rules.faults(service, catalogue):
            self.ledger.note(place.at(fault.field), fault.sentence, **fault.values)

    def _open(self, name: str) -> Entry:
        """Return the top of a file; when it is missing or broken that is the one mistake noted of it."""
        place = Place(file=name)
        try:
            value, repeated = yamltext.read((self.folder / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            self.ledger.note(place, "no_file")
            return Entry(place, None, Ledger())
        except (UnicodeDecodeError, yamltext.Unreadable) as broken:
            self.ledger.note(place, "unreadable", line=getattr(broken, "line", 1))
            return Entry(place, None, Ledger())
        for each in repeated:
            self.ledger.note(_place_of(place, each), "duplicate_key", value=each.key, line=each.line)
        return Entry(place, value, self.ledger)


def _place_of(place: Place, repeated: yamltext.Repeated) -> Place:
    path = (*repeated.path, repeated.key)
    if path[0] == "services" and len(path) > 1:
        return Place(file=place.file, entry=path[1], field=".".join(path[2:]))
    return place.at(".".join(path))


def _terms(entry: Entry) -> tuple[Term, ...]:
    return tuple(Term(code=code, name=entry.text(code)) for code in entry.names())
