"""`vigie audit`: keys, signed checkpoints, verification of every history, certificates."""

import os
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.orm import Session

from tracker import clock, db
from tracker.cli import audit_words, ready
from tracker.cli.text import Failure, Group, is_english, say
from tracker.evidence import certificates, checkpoints, keys, statement, verifying
from tracker.evidence.errors import KeyMissing, NoteInvalid
from tracker.evidence.keys import PublicKey, Vault
from tracker.evidence.statement import Question
from tracker.evidence.verifying import Log, Verdict

WHERE = click.option("--jurisdiction", metavar="CODE", help="municipalité / municipality")
KEY = click.option("--key", metavar="CLÉ", help="clé publique / public key (vigie audit keys)")
SHOWN = 50


@click.group(
    cls=Group, fr="Vérifie l’historique scellé, signe des points de contrôle, délivre des attestations."
)
def audit() -> None:
    """Check the sealed history, sign checkpoints of it, issue certificates."""


@audit.command(name="keys", fr="Fait la clé qui signe, s’il n’y en a pas, et montre sa clé publique.")
def show_keys() -> None:
    """Make the key that signs, unless there is one, and show its public key."""
    vault = keys.vault_of(os.environ)
    click.echo(str(vault.make_key().public))
    say(
        fr=f"Clé privée\u00a0: {vault.key} (à garder hors de la base et à sauvegarder). "
        "La clé publique se garde ailleurs.",
        en=f"Private key: {vault.key} (keep it outside the database, and a copy). "
        "Keep the public key elsewhere.",
    )


@audit.command(fr="Signe ce qui s’est ajouté depuis le dernier point de contrôle.")
@WHERE
@click.option(
    "--stdout", "shows", is_flag=True, help="écrire aussi la note signée / print the signed note too"
)
def checkpoint(jurisdiction: str | None, *, shows: bool) -> None:
    """Sign what was added since the last checkpoint."""
    vault = keys.vault_of(os.environ)
    with ready.application() as engine:
        with ready.town(engine, jurisdiction) as session:
            made = checkpoints.make_checkpoint(session, clock.system_clock(), vault)
            last, code = made or checkpoints.latest(session), verifying.town_of(session)
        with ready.town(engine, jurisdiction) as session:
            checkpoints.export(session, vault)
    if last is None:
        say(fr="Aucun fait à signer.", en="No fact to sign.")
        return
    if shows:
        click.echo(last.note, nl=False)
    file = checkpoints.path_of(vault, code, last.id)
    say(
        fr=f"Point de contrôle {last.id}\u00a0: {last.size} faits. {file}",
        en=f"Checkpoint {last.id}: {last.size} facts. {file}",
    )


@audit.command(fr="Recalcule tous les historiques ; code de sortie 1 si quelque chose ne tient pas.")
@WHERE
@KEY
@click.option(
    "--checkpoint", "given", type=click.Path(exists=True, path_type=Path), metavar="FICHIER|DOSSIER",
    help="point de contrôle gardé ailleurs / checkpoint kept elsewhere",
)  # fmt: skip
@click.option(
    "--new-only", is_flag=True, help="depuis le dernier point de contrôle / since the last checkpoint"
)
def verify(jurisdiction: str | None, key: str | None, given: Path | None, *, new_only: bool) -> None:
    """Recompute every history; exit code 1 when something does not hold."""
    with ready.application() as engine, ready.town(engine, jurisdiction) as session:
        if new_only:
            verdict = verifying.verify_new(session)
        else:
            log = _log(session, key, given)
            with Progress(console=Console(stderr=True), transient=True) as bar:
                task = bar.add_task(audit_words.reading(), total=None)
                verdict = verifying.verify(
                    session, log, progress=lambda done, total: bar.update(task, completed=done, total=total)
                )
    _tell(verdict)
    if not verdict.is_sound:
        sys.exit(1)


@audit.command(fr="Délivre l’attestation d’un lieu : ce que la Ville savait, et quand.")
@WHERE
@click.option("--near", nargs=2, type=float, required=True, metavar="LON LAT", help="WGS 84")
@click.option(
    "--radius", type=click.FloatRange(1, statement.FURTHEST_M), default=25.0, show_default=True, metavar="M"
)
@click.option("--from", "since", metavar="AAAA-MM-JJ", help="premier jour / first day")
@click.option("--to", "until", metavar="AAAA-MM-JJ", required=True, help="dernier jour / last day")
@click.option("--language", type=click.Choice(["fr", "en"]))
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="PDF")
def certificate(
    jurisdiction: str | None,
    near: tuple[float, float],
    radius: float,
    since: str | None,
    until: str,
    language: str | None,
    out: Path,
) -> None:
    """Issue the certificate of a place: what the city knew, and when."""
    with ready.application() as engine:
        code = ready.code_of(engine, jurisdiction)
        with db.transaction(engine) as shared:
            known = certificates.roles(shared, code)
        with ready.town(engine, code) as session:
            zone = ZoneInfo(db.selected(session).zone)
            asked = Question(
                lon=near[0],
                lat=near[1],
                radius_m=radius,
                from_at=_midnight(since, zone) if since else statement.BEGINNING,
                to_at=_midnight(until, zone, after=1) - timedelta(microseconds=1),
                language=language or ("en" if is_english() else "fr"),
            )
            made = certificates.issue(
                session,
                asked,
                known=known,
                by="system",
                at=clock.system_clock(),
                vault=keys.vault_of(os.environ),
            )
    out.write_bytes(made.pdf)
    click.echo(made.code)
    say(
        fr=f"{made.statement['reports']} signalements, {made.statement['events']} faits\u00a0: {out}",
        en=f"{made.statement['reports']} reports, {made.statement['events']} facts: {out}",
    )


@audit.command(fr="Reconnaît une attestation à son fichier, à l’octet près.")
@WHERE
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path, jurisdiction: str | None) -> None:
    """Recognise a certificate by its file, to the byte."""
    with ready.application() as engine, ready.town(engine, jurisdiction) as session:
        found = certificates.recognise(session, file.read_bytes())
    if found is None:
        raise Failure(
            fr="ce n’est pas une attestation délivrée ici, ou elle a été modifiée.",
            en="this is no certificate that was issued here, or it was changed.",
        )
    click.echo(found.code)
    say(
        fr=f"Attestation authentique, délivrée le {found.issued_at:%Y-%m-%d %H:%M} UTC.",
        en=f"A genuine certificate, issued on {found.issued_at:%Y-%m-%d %H:%M} UTC.",
    )


def _log(session: Session, key: str | None, given: Path | None) -> Log:
    vault = keys.vault_of(os.environ)
    known = _public(vault, key)
    town = verifying.town_of(session)
    if given is None:
        own = vault.folder / town
        given = own if any(own.glob(f"*{checkpoints.SUFFIX}")) else None
    if given is None or known is None:
        say(fr=audit_words.ALONE[0], en=audit_words.ALONE[1])
        return verifying.from_database(session, known)
    files = sorted(given.glob(f"*{checkpoints.SUFFIX}")) if given.is_dir() else [given]
    try:
        read = [checkpoints.read_file(file, known) for file in files]
    except NoteInvalid as wrong:
        raise Failure(fr=wrong.in_french, en=wrong.in_english) from None
    if given.is_file() and read[0][0].number != 1:
        # One file signs all that came before: the database's own tiles must lead to its root.
        return verifying.from_database(session, known, read[0][0])
    return verifying.from_files(read, town)


def _public(vault: Vault, key: str | None) -> PublicKey | None:
    if key:
        return keys.public_key(key)
    try:
        return vault.signing().public
    except KeyMissing:
        return None


def _tell(verdict: Verdict) -> None:
    for fault in verdict.faults[:SHOWN]:
        click.echo(f"{fault.case}\t{fault.seq}\t{fault.kind}\t{audit_words.of(fault)}")
    more = len(verdict.faults) - SHOWN
    if more > 0:
        say(fr=f"… et {more} autres.", en=f"… and {more} more.")
    say(
        fr=f"{verdict.events} faits de {verdict.cases} dossiers, {verdict.covered} sous "
        f"{verdict.checkpoints} points de contrôle\u00a0: {len(verdict.faults)} anomalie(s).",
        en=f"{verdict.events} facts of {verdict.cases} cases, {verdict.covered} under "
        f"{verdict.checkpoints} checkpoints: {len(verdict.faults)} fault(s).",
    )


def _midnight(said: str, zone: ZoneInfo, *, after: int = 0) -> datetime:
    try:
        day = date.fromisoformat(said) + timedelta(days=after)
    except (ValueError, OverflowError):
        raise Failure(
            fr=f"«\u00a0{said}\u00a0» n’est pas une date (AAAA-MM-JJ).", en=f"“{said}” is no date."
        ) from None
    return datetime.combine(day, time(), zone).astimezone(UTC)
