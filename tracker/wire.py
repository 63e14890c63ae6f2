"""One connection as libpq sees it: prepared statements sent in batches, each batch one journey.

A journey costs both processes a switch, which on a busy machine is as much as the statement itself. So
`BEGIN` goes with the first statement, statements whose answer nobody waits for go with the next one, and the
last go with `COMMIT`. PostgreSQL works in order and stops at a batch's first failure (libpq's pipeline mode).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from select import POLLIN, POLLOUT, poll
from typing import Any

import psycopg
from psycopg import errors, pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

_AS_IS = PyFormat.AUTO
_BEGIN, _COMMIT = b"BEGIN", b"COMMIT"


@dataclass(slots=True)
class Parcel:
    """One statement to send with its values, and what came back: a result once its batch has travelled."""

    query: bytes
    values: Sequence[Any]
    arrived: Callable[[PGresult], None] | None = None
    result: PGresult | None = None
    decides: bool = False  # whether nothing may be committed before its answer is known
    parameters: Sequence[Any] = ()
    formats: Sequence[int] = ()
    types: tuple[int, ...] = ()

    @property
    def key(self) -> tuple[bytes, tuple[int, ...]]:
        """Return what one prepared statement is for: a text and the types of its values."""
        return self.query, self.types


class Wire:
    """A psycopg connection's line. Used by one thread at a time, as the connection is."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._pgconn = connection.pgconn
        self._transformer = Transformer(connection)
        self._poll = poll()
        self._names: dict[tuple[bytes, tuple[int, ...]], bytes] = {}
        self._named = 0
        self._doubtful: list[bytes] = []
        self.waiting: list[Parcel] = []
        self.leaves_late = False  # whether somebody will settle before the commit

    def send(self, parcel: Parcel) -> PGresult:
        """Send what waits and this parcel; return its result. Raises psycopg.Error."""
        self._wrap(parcel)
        pgconn, name = self._pgconn, self._names.get(parcel.key)
        if name and not self.waiting and pgconn.transaction_status == TransactionStatus.INTRANS:
            # Alone on its way, without the pipeline's ceremony; the interpreter is free meanwhile.
            result = pgconn.exec_prepared(name, parcel.parameters, parcel.formats)
            self._check(result)
            self._arrive(parcel, result)
            return result
        parcels, self.waiting = [*self.waiting, parcel], []
        self._travel(parcels)
        assert parcel.result is not None
        return parcel.result

    def leave(self, parcel: Parcel) -> None:
        """Let a parcel wait for the next journey; at the latest it goes with the commit."""
        self._wrap(parcel)
        self.waiting.append(parcel)

    def settle(self, *, commits: bool = False) -> None:
        """Send what waits, if anything does, and `commits` the transaction on the same journey.

        Not on the same one when a parcel decides whether there is to be a commit. Raises psycopg.Error; then
        nothing is committed.
        """
        if self.waiting:
            parcels, self.waiting = self.waiting, []
            self._travel(parcels, commits=commits and not any(each.decides for each in parcels))

    def forget(self) -> None:
        """Drop what waits and doubt what was prepared: psycopg deallocates everything after a rollback."""
        self.waiting.clear()
        self._doubtful += self._names.values()
        self._names = {}

    def rows(self, result: PGresult, make: Callable[[Sequence[Any]], Any]) -> list[Any]:
        """Return a result's rows, each made of its values."""
        if not result.ntuples:
            return []
        self._transformer.set_pgresult(result)
        return self._transformer.load_rows(0, result.ntuples, make)

    def _wrap(self, parcel: Parcel) -> None:
        """Turn values into what goes over the wire."""
        transformer = self._transformer
        values = parcel.values
        parcel.parameters = transformer.dump_sequence(values, [_AS_IS] * len(values))
        parcel.formats = transformer.formats or ()
        parcel.types = transformer.types or ()

    def _travel(self, parcels: list[Parcel], *, commits: bool = False) -> None:
        """Send parcels in one batch, with the BEGIN they need and the COMMIT they may be followed by."""
        pgconn, names = self._pgconn, dict(self._names)
        sent: list[Parcel | None] = []  # None for what only its success matters of
        pgconn.enter_pipeline_mode()
        try:
            sent += [None] * self._open()
            for parcel in parcels:
                name = names.get(parcel.key)
                if name is None:
                    self._named += 1
                    name = names[parcel.key] = b"_v%d" % self._named
                    pgconn.send_prepare(name, parcel.query, parcel.types)
                    sent.append(None)
                pgconn.send_query_prepared(name, parcel.parameters, parcel.formats)
                sent.append(parcel)
            if commits:
                pgconn.send_query_params(_COMMIT, None)
                sent.append(None)
            pgconn.pipeline_sync()
            answers = self._receive()
        finally:
            if pgconn.status == pq.ConnStatus.OK:
                pgconn.exit_pipeline_mode()
        is_whole = answers[-1].status not in (ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED)
        if is_whole and self.leaves_late:
            self._names = names
        else:  # nobody would tell of a rollback, after which psycopg deallocates them
            self._doubtful += names.values()
            self._names = {}
        # What came before a failure is told first: it may be the reason for it.
        for each, answer in zip(sent, answers, strict=True):
            self._check(answer)
            if each is not None:
                self._arrive(each, answer)

    def _open(self) -> int:
        """Begin a batch: close doubtful statements (no error where there is none), start a transaction."""
        pgconn, doubtful = self._pgconn, self._doubtful
        starts = pgconn.transaction_status == TransactionStatus.IDLE  # asked before anything is sent
        for name in doubtful:
            pgconn.send_close_prepared(name)
        if starts:
            pgconn.send_query_params(_BEGIN, None)
        self._doubtful = []
        return len(doubtful) + starts

    def _receive(self) -> list[PGresult]:
        """Return one result for each command of the batch, in order, once all have come."""
        pgconn = self._pgconn
        while pgconn.flush():
            self._await(POLLIN | POLLOUT)
            pgconn.consume_input()
        answers: list[PGresult] = []
        while True:
            while pgconn.is_busy():
                self._await(POLLIN)
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is None:  # the end of one command's results
                continue
            if result.status == ExecStatus.PIPELINE_SYNC:
                return answers
            answers.append(result)

    def _await(self, what: int) -> None:
        """Wait for the socket, with the interpreter free for others."""
        self._poll.register(self._pgconn.socket, what)
        self._poll.poll()

    def _check(self, result: PGresult) -> None:
        if result.status == ExecStatus.FATAL_ERROR:
            raise errors.error_from_result(result, encoding=self._transformer.encoding)

    def _arrive(self, parcel: Parcel, result: PGresult) -> None:
        parcel.result = result
        if parcel.arrived is not None:
            parcel.arrived(result)
