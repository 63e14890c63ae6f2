"""A thousand tamperings with the histories, each found out and located; none where nobody tampered."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.tracker.evidence import tampering
from tests.tracker.evidence.conftest import Lived
from tracker import events
from tracker.evidence import checkpoints, errors, verifying
from tracker.evidence.verifying import Log

TRIALS, SEED = 1_000, 311


@contextmanager
def owning(lived: Lived) -> Iterator[Session]:
    """Give the owner's transaction with every trigger off, rolled back in the end."""
    with Session(lived.town.place.owner) as session:
        session.execute(text(f"SET LOCAL search_path = j_{lived.town.code}, public"))
        session.execute(text("SET LOCAL session_replication_role = replica"))
        yield session
        session.rollback()


def log_of(lived: Lived) -> Log:
    key = lived.vault.signing().public
    files = sorted((lived.vault.folder / lived.town.code).glob("*.checkpoint"))
    assert len(files) == 2
    return verifying.from_files([checkpoints.read_file(file, key) for file in files], lived.town.code)


def attacker(session: Session, dice: random.Random) -> tampering.Attacker:
    rows = session.execute(text('SELECT number, id, last_seq FROM "case"')).all()
    return tampering.Attacker(
        session=session, dice=dice, cases={row.number: (row.id, row.last_seq) for row in rows}
    )


def trial(lived: Lived, deed: tampering.Deed, dice: random.Random, log: Log) -> str:
    """Tamper once; return what was wrong with how it was told, nothing when it was found and located."""
    with owning(lived) as session:
        must = deed(attacker(session, dice))
        told = {(fault.case, fault.seq) for fault in verifying.verify(session, log).faults}
    if not told:
        return f"{deed.__name__} was not noticed"
    return "" if must == told else f"{deed.__name__}: {sorted(must)[:3]} but told {sorted(told)[:3]}"


def test_an_untouched_town_is_found_sound(lived):
    with owning(lived) as session:
        verdict = verifying.verify(session, log_of(lived))
    assert verdict.faults == []
    assert verdict.events == verdict.covered > 60
    assert (verdict.cases, verdict.checkpoints) == (24, 2)


def test_a_thousand_tamperings_are_all_found_and_located(lived):
    dice, log = random.Random(SEED), log_of(lived)
    missed: list[str] = []
    done: Counter[str] = Counter()
    for at in range(TRIALS):
        deed = tampering.DEEDS[at % len(tampering.DEEDS)]
        done[deed.__name__] += 1
        missed += filter(None, [trial(lived, deed, dice, log)])
    assert missed == []
    assert sum(done.values()) == TRIALS
    assert len(done) == len(set(tampering.DEEDS))


def test_without_a_checkpoint_a_rewritten_history_would_pass(lived):
    """What the chain alone is worth: the trial can tell a checkpoint from none."""
    assert "not noticed" in trial(lived, tampering.rewrite, random.Random(SEED), Log())
    assert "not noticed" in trial(lived, tampering.make_vanish, random.Random(SEED), Log())


def test_the_trial_fails_a_chain_that_forgets_the_event_before(lived, monkeypatch):
    """A mutant: digests that do not hold the previous one, and nobody who compares it."""
    sealed = events.digest_of
    monkeypatch.setattr(
        events, "digest_of", lambda case_id, seq, fact, _: sealed(case_id, seq, fact, events.NO_HASH)
    )
    monkeypatch.setattr(verifying, "_of_chain", _of_chain_without_links)
    dice, escaped = random.Random(SEED), 0
    for _ in range(20):
        with owning(lived) as session:
            one = attacker(session, dice)
            for case_id, _length in one.cases.values():
                one.recompute(case_id)
            session.execute(text("UPDATE event SET prev_hash = :none"), {"none": events.NO_HASH})
            tampering.edit_and_seal_again(one)
            escaped += verifying.verify(session, Log()).is_sound
    assert escaped == 20


def _of_chain_without_links(case_id, history, case, log, *, begins=1):
    for each in history:
        if each.digest != each.hash:
            return verifying.Fault(case=case.number, seq=each.seq, kind="changed")
    return None


@pytest.mark.parametrize("changed", ["root", "size", "signature", "hashes", "missing", "town"])
def test_a_checkpoint_file_that_was_altered_is_not_believed(lived, tmp_path, changed):
    key = lived.vault.signing().public
    files = sorted((lived.vault.folder / lived.town.code).glob("*.checkpoint"))
    texts = [file.read_text("utf-8") for file in files]
    lines = texts[0].split("\n")
    if changed == "root":
        lines[2] = lines[2][:5] + ("A" if lines[2][5] != "A" else "B") + lines[2][6:]
    elif changed == "size":
        lines[1] = str(int(lines[1]) + 1)
    elif changed == "signature":
        lines[6] = lines[6][:40] + ("A" if lines[6][40] != "A" else "B") + lines[6][41:]
    elif changed == "hashes":
        lines[8] = lines[8][:-20] + ("A" if lines[8][-20] != "A" else "B") + lines[8][-19:]
    elif changed == "town":
        lines[0] = "vigie/elsewhere"
    texts[0] = "\n".join(lines)
    given = []
    try:
        for at, content in enumerate(texts):
            if changed == "missing" and at == 0:
                continue
            file = tmp_path / f"{at}.checkpoint"
            file.write_text(content, "utf-8")
            given.append(checkpoints.read_file(file, key))
    except errors.NoteInvalid:
        assert changed in ("root", "size", "signature", "town")
        return
    log = verifying.from_files(given, lived.town.code)
    assert log.faults, changed
