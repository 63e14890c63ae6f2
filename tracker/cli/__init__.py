"""The `vigie` command: one lazily imported group per feature, so that `vigie --help` stays instant."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass

import click

from tracker.cli.text import Failure, Group, pick

__all__ = ["main"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """Where a sub-command is defined ("module:attribute") and its one-line help."""

    target: str
    fr: str
    en: str

    @property
    def module(self) -> str:
        return self.target.partition(":")[0]


FEATURES: Mapping[str, Feature] = {
    "account": Feature(
        target="tracker.cli.account:account",
        fr="Comptes du personnel et jetons.",
        en="Staff accounts and tokens.",
    ),
    "audit": Feature(
        target="tracker.cli.audit:audit", fr="Vérifie l’historique scellé.", en="Check the sealed history."
    ),
    "booking": Feature(
        target="tracker.cli.booking:booking",
        fr="Ce que la Ville prête et ce que coûtent ses permis.",
        en="What the town lends and what its permits cost.",
    ),
    "boundaries": Feature(
        target="tracker.cli.boundaries:boundaries",
        fr="Versions des districts : comparer, mettre en vigueur.",
        en="Versions of the districts: compare, put in force.",
    ),
    "catalogue": Feature(
        target="tracker.cli.catalogue:catalogue",
        fr="Vérifie et charge le catalogue des services.",
        en="Check and load the catalogue of services.",
    ),
    "db": Feature(target="tracker.cli.db:db", fr="Base de données privée.", en="Private database."),
    "demo": Feature(target="tracker.cli.demo:demo", fr="Ville de démonstration.", en="Demo city."),
    "doctor": Feature(
        target="tracker.cli.doctor:doctor", fr="Examine l’installation.", en="Examine the installation."
    ),
    "duplicates": Feature(
        target="tracker.cli.duplicates:duplicates",
        fr="Apprend et mesure la recherche des doublons.",
        en="Learn and measure how duplicates are found.",
    ),
    "evaluate": Feature(
        target="tracker.cli.evaluate:evaluate", fr="Mesure la qualité.", en="Measure quality."
    ),
    "import": Feature(
        target="tracker.cli.imports:imports",
        fr="Importe lieux et demandes.",
        en="Import places and requests.",
    ),
    "jurisdiction": Feature(
        target="tracker.cli.jurisdiction:jurisdiction",
        fr="Crée, liste, migre et supprime des municipalités.",
        en="Create, list, migrate and drop municipalities.",
    ),
    "notify": Feature(
        target="tracker.cli.notify:notify",
        fr="Les canaux des avis, et ce qui en revient.",
        en="The channels of notices, and what comes back.",
    ),
    "places": Feature(
        target="tracker.cli.places:places",
        fr="Cherche des lieux et mesure la recherche.",
        en="Find places and measure the search.",
    ),
    "plan": Feature(target="tracker.cli.plan:plan", fr="Tournées des équipes.", en="Crews’ tours."),
    "privacy": Feature(
        target="tracker.cli.privacy:privacy",
        fr="Renseignements personnels : conservation, anonymisation.",
        en="Personal data: retention, anonymisation.",
    ),
    "serve": Feature(
        target="tracker.cli.serve:serve", fr="Démarre le serveur web.", en="Start the web server."
    ),
    "surges": Feature(
        target="tracker.cli.surges:surges",
        fr="Dossiers qui sont un même incident.",
        en="Cases that are one incident.",
    ),
    "triage": Feature(
        target="tracker.cli.triage:triage",
        fr="Règles du tri : vérifiées, essayées, mises en vigueur.",
        en="The rules of triage: checked, tried, put in force.",
    ),
    "worker": Feature(
        target="tracker.cli.worker:worker", fr="Exécute les travaux en attente.", en="Run queued jobs."
    ),
    "workflow": Feature(
        target="tracker.cli.workflow:workflow",
        fr="Vérifie et documente les cheminements.",
        en="Check and document the workflows.",
    ),
}


class LazyGroup(Group):
    """A group which imports a sub-command's module only when that sub-command is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(name for name, feature in FEATURES.items() if _is_installed(feature))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        feature = FEATURES.get(cmd_name)
        if feature is None:
            return None
        if not _is_installed(feature):
            raise Failure(
                fr=f"« {cmd_name} » n’est pas dans cette installation (module {feature.module} absent).",
                en=f"“{cmd_name}” is not part of this installation (module {feature.module} is absent).",
            )
        module, _, attribute = feature.target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Exception as problem:
            # Errors meant for people carry both sentences; asking for those rather than for their classes
            # keeps the features unimported.
            fr, en = getattr(problem, "in_french", None), getattr(problem, "in_english", None)
            if isinstance(fr, str) and isinstance(en, str):
                raise Failure(fr=fr, en=en) from problem
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, pick(fr=FEATURES[name].fr, en=FEATURES[name].en)) for name in self.list_commands(ctx)]
        with formatter.section(pick(fr="Commandes", en="Commands")):
            formatter.write_dl(rows)


def _is_installed(feature: Feature) -> bool:
    return importlib.util.find_spec(feature.module) is not None


@click.group(
    cls=LazyGroup,
    fr="Vigie, le suivi des demandes 311 d’une municipalité.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="vigie")
def main() -> None:
    """Vigie, the 311 request tracker a municipality runs."""
