"""`vigie duplicates`: learn what makes two reports one, and judge how well they are found."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from sqlalchemy.orm import Session

from gis import measures
from gis.measures import Judged
from gis.replay import Reach, Trial
from gis.weights import Weights
from tracker import db
from tracker.catalogue import files as catalogue_files
from tracker.catalogue import queries as catalogue
from tracker.catalogue.definitions import Service
from tracker.cli import duplicates_table, ready
from tracker.cli.text import Failure, Group, say
from tracker.demo import optimum
from tracker.duplicates import errors, evaluating, files, labelled, queries, weights
from tracker.duplicates import gathered as gathered_files
from tracker.duplicates.evaluating import Question
from tracker.duplicates.labelled import Material
from tracker.imports.errors import ImportsError
from tracker.postgres.place import default_var

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(path_type=Path)
# Before this share of a material's time weights and thresholds are tuned, after it all is judged.
TUNED_SHARE = 0.6


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where reports and labels come from: a file with its mapping, or a municipality of this installation."""

    requests: Path | None
    mapping: str | None
    labels: Path | None
    jurisdiction: str | None


@click.group(cls=Group, fr="Apprend et mesure la recherche des doublons.")
def duplicates() -> None:
    """Learn and measure how duplicates are found."""


def _from(command: Any) -> Any:
    """Add the options that say what to learn from or judge by."""
    for option in (
        click.option("--jurisdiction", metavar="CODE", help="municipalité / municipality"),
        click.option(
            "--labels", type=FILE, metavar="CSV", help="vérité / truth: report,incident | report,parent"
        ),
        click.option("--mapping", metavar="NOM", help="correspondance du fichier / mapping of the file"),
        click.option(
            "--requests", type=FILE, metavar="FICHIER", help="demandes d’une ville / a city’s requests"
        ),
    ):
        command = option(command)
    return command


@duplicates.command(fr="Mesure le modèle et les règles d’autres logiciels sur les mêmes signalements.")
@_from
@click.option(
    "--until", metavar="DATE", type=click.DateTime(), help="régler avant, juger après / tune before"
)
@click.option("--weights", "weights_file", type=FILE, metavar="YAML", help="poids à juger / weights to judge")
@click.option(
    "--learn/--no-learn", "learns", default=True, help="juger aussi des poids appris / learned ones too"
)
@click.option("--optimum", "asks_optimum", is_flag=True, help="comparer à l’optimum / of the optimum (demo)")
@click.option("--out", type=OUT, metavar="DOSSIER", help="où écrire CSV et SVG / where to write CSV and SVG")
def evaluate(
    until: datetime | None,
    weights_file: Path | None,
    *,
    learns: bool,
    asks_optimum: bool,
    out: Path | None,
    **source: Any,
) -> None:
    """Measure the model and other software's rules on the same reports."""
    with _told():
        given = weights.with_learned(weights.read(weights_file)) if weights_file else weights.default()
        question = _question(Source(**source), until, given)
        early, late = evaluating.trials_of(question)
        models = {given.version: given}
        if learns:
            models["learned here"] = evaluating.learned_from(
                early, weights.prior(), "learned here", question.manner
            )
        beside = _optimum(Source(**source), question) if asks_optimum else {}
        answer = evaluating.judge(early, late, models, question, beside)
        duplicates_table.show(answer, Console(width=150))
        table, picture = files.write(out or _folder(), f"duplicates-{question.material.name}", answer)
    say(fr=f"Écrit : {table}, {picture}", en=f"Written: {table}, {picture}")


@duplicates.command(fr="Apprend des décisions d’une municipalité, ou d’un fichier étiqueté.")
@_from
@click.option(
    "--gathered",
    type=FILE,
    multiple=True,
    metavar="FICHIER",
    help="écrit par « gather » / written by “gather”",
)
@click.option("--until", metavar="DATE", type=click.DateTime(), help="jusqu’à / up to")
@click.option("--version", metavar="NOM", help="nom des poids / name of the weights")
@click.option("--out", type=OUT, metavar="YAML", help="fichier à écrire / file to write")
@click.option("--use", is_flag=True, help="s’en servir dès maintenant / use them from now on")
@click.option("--dry-run", is_flag=True, help="dire sans garder / tell, keep nothing")
def learn(
    until: datetime | None,
    version: str | None,
    out: Path | None,
    *,
    gathered: tuple[Path, ...],
    use: bool,
    dry_run: bool,
    **source: Any,
) -> None:
    """Learn from a municipality's decisions, from a labelled file, or from several gathered ones."""
    asked = Source(**source)
    if use and asked.jurisdiction is None:
        raise Failure(fr="--use demande --jurisdiction.", en="--use needs --jurisdiction.")
    now = datetime.now(UTC)
    with _told():
        questions = _questions(asked, gathered, until or now)
        name = version or f"{questions[0].material.name}-{now:%Y%m%d}"
        early = [trial for each in questions for trial in evaluating.trials_of(each)[0]]
        learned = evaluating.learned_facts(early, questions[0], name, now)
        facts = learned.facts
        say(
            fr=f"{name} : {facts['reports']} signalements, {facts['duplicates']} doublons, F1 {facts['f1']}.",
            en=f"{name}: {facts['reports']} reports, {facts['duplicates']} duplicates, F1 {facts['f1']}.",
        )
        if not dry_run:
            path = out or _folder() / f"{name}.yaml"
            weights.write(path, learned)
            say(fr=f"Écrit : {path}", en=f"Written: {path}")
            if asked.jurisdiction is not None:
                with _transaction(asked.jurisdiction) as session:
                    weights.keep(session, learned, at=now, use=use)


@duplicates.command(fr="Écrit signalements et vérité dans un fichier, pour apprendre de plusieurs villes.")
@_from
@click.argument("out", type=OUT, metavar="FICHIER")
def gather(out: Path, **source: Any) -> None:
    """Write reports and what is known of them into a file, to learn from several towns at once."""
    asked = Source(**source)
    with _told():
        material = _from_file(asked) if asked.requests is not None else _from_town(asked)
        gathered_files.write(out, material, is_intake=asked.requests is None)
    say(
        fr=f"Écrit : {out}, {len(material.reports)} signalements. Les mots des résidents y sont.",
        en=f"Written: {out}, {len(material.reports)} reports. Residents’ words are in it.",
    )


@duplicates.command(fr="Choisit les poids d’une municipalité ; « default » revient à ceux de l’installation.")
@click.argument("version")
@click.option("--jurisdiction", metavar="CODE", help="municipalité / municipality")
def use(version: str, jurisdiction: str | None) -> None:
    """Choose the weights of a municipality; "default" goes back to the installation's."""
    with (
        _told(),
        ready.application() as engine,
        db.transaction(engine, ready.code_of(engine, jurisdiction)) as session,
    ):
        if not weights.choose(session, None if version == "default" else version):
            session.rollback()
            raise Failure(fr=f"aucun poids « {version} ».", en=f"no weights “{version}”.")
    say(fr=f"En vigueur : {version}", en=f"In use: {version}")


def _optimum(source: Source, question: Question) -> dict[str, Callable[[Trial], Judged]]:
    """Make the best possible judge of a demo municipality, which knows how it was drawn."""
    demo: Any = None
    services: Iterable[Service] = ()
    if source.requests is None:
        with _transaction(source.jurisdiction) as session:
            demo = db.selected(session).settings.get("demo")
            services = catalogue.current(session).catalogue.services
    if not demo:
        raise Failure(
            fr="--optimum demande une ville de démonstration.", en="--optimum needs a demo municipality."
        )
    oracle = optimum.of_town(demo, services, question.material.reports)
    return {duplicates_table.OPTIMUM: lambda trial: oracle.judge(trial, question.stratum)}


def _questions(source: Source, gathered: Sequence[Path], until: datetime) -> list[Question]:
    """Read what is to be learned from: what was gathered, the source too if one is named."""
    given = weights.default()
    found = [_gathered(path, until, given) for path in gathered]
    if not found or source != Source(requests=None, mapping=None, labels=None, jurisdiction=None):
        found.append(_question(source, until, given))
    return found


def _question(source: Source, until: datetime | None, given: Weights) -> Question:
    """Read the material and say what is asked of it."""
    is_file = source.requests is not None
    material = _from_file(source) if is_file else _from_town(source)
    return _asked(material, until, given, is_intake=not is_file)


def _gathered(path: Path, until: datetime, given: Weights) -> Question:
    material, is_intake = gathered_files.read(path)
    return _asked(material, until, given, is_intake=is_intake)


def _asked(material: Material, until: datetime | None, given: Weights, *, is_intake: bool) -> Question:
    if len(material.reports) < 2:
        raise Failure(fr="moins de deux signalements.", en="fewer than two reports.")
    moments = sorted(each.sighting.at for each in material.reports)
    cut = until.replace(tzinfo=until.tzinfo or UTC) if until else moments[int(len(moments) * TUNED_SHARE)]
    stratum = evaluating.within_reach(given) if is_intake else measures.everywhere
    return Question(material=material, tune_until=cut, reach=Reach(), stratum=stratum, is_intake=is_intake)


def _from_file(source: Source) -> Material:
    if source.requests is None or source.mapping is None or source.labels is None:
        raise Failure(
            fr="--requests demande --mapping et --labels.", en="--requests needs --mapping and --labels."
        )
    services = {
        each.code: each for each in catalogue_files.read_folder(catalogue_files.DEFAULT_FOLDER).services
    }
    return labelled.read(source.requests, source.mapping, source.labels, services)


def _from_town(source: Source) -> Material:
    with _transaction(source.jurisdiction) as session:
        services = {each.code: each for each in catalogue.current(session).catalogue.services}
        name = db.selected(session).code
        if source.labels is None:
            return queries.decided(session, name, services)
        return queries.against(session, name, services, labelled.read_labels(source.labels))


@contextmanager
def _transaction(wanted: str | None) -> Iterator[Session]:
    with ready.application() as engine, db.transaction(engine, ready.code_of(engine, wanted)) as session:
        yield session


def _folder() -> Path:
    return default_var(os.environ) / "duplicates"


@contextmanager
def _told() -> Iterator[None]:
    """Turn what can go wrong into one sentence."""
    try:
        yield
    except ImportsError as problem:
        raise Failure(fr=problem.fr, en=problem.en) from problem
    except errors.LabelsUnreadable as wrong:
        there = ", ".join(wrong.columns) or "-"
        raise Failure(
            fr=f"{wrong.path} : il faut report,incident ou report,parent (il y a : {there}).",
            en=f"{wrong.path}: report,incident or report,parent is needed (there are: {there}).",
        ) from None
    except errors.GatheredUnreadable as wrong:
        raise Failure(
            fr=f"{wrong.path} : ce n’est pas un fichier de « vigie duplicates gather ».",
            en=f"{wrong.path}: not a file of “vigie duplicates gather”.",
        ) from None
    except errors.WeightsInvalid as wrong:
        raise Failure(fr=f"{wrong.path} : {wrong.why}", en=f"{wrong.path}: {wrong.why}") from None
    except errors.NothingToLearn as wrong:
        raise Failure(
            fr=f"trop peu à apprendre : {wrong.same} doublons parmi {wrong.reports} signalements.",
            en=f"too little to learn from: {wrong.same} duplicates among {wrong.reports} reports.",
        ) from None
    except db.JurisdictionUnknown as unknown:
        raise Failure(
            fr=f"aucune municipalité n’a le code « {unknown.code} ».",
            en=f"no municipality has the code “{unknown.code}”.",
        ) from None
